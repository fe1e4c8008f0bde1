package shop;

import org.junit.platform.suite.api.IncludeEngines;
import org.junit.platform.suite.api.SelectDirectories;
import org.junit.platform.suite.api.Suite;

@Suite
@IncludeEngines("netproof")
@SelectDirectories("src/test/matrices")
class NetworkPoliciesTest {}
