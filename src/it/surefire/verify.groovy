// What Surefire wrote about two checks, one of which fails.
def suite = new groovy.xml.XmlSlurper().parse(new File(basedir, 'target/surefire-reports/TEST-shop.NetworkPoliciesTest.xml'))
assert suite.@tests == '2' && suite.@failures == '1' && suite.@errors == '0' && suite.@skipped == '0' : suite.attributes()
def failed = suite.testcase.find { it.failure.size() == 1 }
assert failed.@name.text().contains('stranger') : failed.@name
assert failed.failure.text().contains('names.yaml:11') : failed.failure.text()

def open = new File(basedir, 'target/open-test-reports').listFiles().findAll { it.name.endsWith('.xml') }
assert open.size() == 1 : open
def text = open[0].getText('UTF-8')
new groovy.xml.XmlSlurper().parseText(text)
assert text.contains('names.yaml') && text.contains('line="9"') && text.contains('line="11"') : text
