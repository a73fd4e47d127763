package policies.governance.waiver_expired_test

import data.lib.testing
import data.policies.governance.waiver_expired as policy

test_denies_from_its_last_second_on if {
	findings(0) == {{"expiredSeconds": 0, "matches": 1}}
	findings(testing.day) == {{"expiredSeconds": testing.day, "matches": 1}}
}

test_leaves_it_until_its_last_second if findings(-1) == set()

findings(ago) := found if found := policy.deny with input as testing.waiver({"waiver": {"expires": testing.now - ago}})
