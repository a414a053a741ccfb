import Testing

@testable import API
@testable import Supervisor

struct ScrapeCacheTests {
    @Test func `a text is rendered once for a moment, a form and a status`() {
        let cache = ScrapeCache()
        let now = Instant.now
        var count: UInt8 = 0
        func bytes(_ form: Exposition, _ revision: Int, _ later: Duration) -> [UInt8] {
            cache.bytes(of: form, revision: revision, at: now + later) {
                count += 1
                return [count]
            }
        }
        #expect(bytes(.text, 1, .zero) == [1])
        #expect(bytes(.text, 1, .milliseconds(9)) == [1])
        #expect(bytes(.openMetrics, 1, .milliseconds(9)) == [2])
        #expect(bytes(.text, 2, .milliseconds(9)) == [3])
        #expect(bytes(.text, 2, .milliseconds(19)) == [4])
    }
}
