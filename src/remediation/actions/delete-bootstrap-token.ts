import { deletionOfSecret } from './delete-secret.ts';

/** Deletes the Secret of a bootstrap token; nodes that have joined with it need it no more. */
export const deleteBootstrapToken = deletionOfSecret('delete_bootstrap_token', 'bootstrap_tokens', () => '');
