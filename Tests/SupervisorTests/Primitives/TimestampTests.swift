import FoundationEssentials
import Testing

@testable import Supervisor

struct TimestampTests {
    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"),
        (951_782_399.999, "2000-02-28T23:59:59.999Z"),
        (951_782_400, "2000-02-29T00:00:00.000Z"),
        (1_795_416_957.120, "2026-11-23T06:55:57.120Z"),
        (1_735_689_599.9996, "2025-01-01T00:00:00.000Z"),
        (-0.001, "1969-12-31T23:59:59.999Z"),
        (4_107_542_400, "2100-03-01T00:00:00.000Z"),
        (-62_135_596_800, "0001-01-01T00:00:00.000Z"),
        (.infinity, "9999-12-31T23:59:59.000Z"),
    ])
    func `moments are written in RFC 3339 with milliseconds`(seconds: Double, text: String) {
        #expect(Timestamp(Date(timeIntervalSince1970: seconds)).rfc3339 == text)
    }

    @Test func `every millisecond of a second is written exactly`() {
        for millisecond in 0..<1000 {
            let date = Date(timeIntervalSince1970: 1_795_416_957 + Double(millisecond) / 1000)
            let digits = "000\(millisecond)".suffix(3)
            #expect(Timestamp(date).rfc3339 == "2026-11-23T06:55:57.\(digits)Z")
        }
    }

    @Test func `what was written is read again, day by day`() throws {
        // Each 29 February, century and leap second's neighbour of 140 years is among them.
        for day in -20_000..<40_000 {
            let date = Date(timeIntervalSince1970: Double(day) * 86_400 + 86_399.999)
            #expect(Timestamp.date(rfc3339: date.rfc3339) == date)
        }
    }

    @Test(arguments: [
        "", "2026-11-23", "2026-11-23T06:55:57Z", "2026-11-23T06:55:57.120+00:00",
        "2026-13-23T06:55:57.120Z", "2026-11-32T06:55:57.120Z", "x2026-11-23T06:55:57.120Z",
    ])
    func `other forms are not read`(text: String) {
        #expect(Timestamp.date(rfc3339: text) == nil)
    }

    @Test func `the Date field has the weekday`() {
        let moment = Date(timeIntervalSince1970: 1_795_416_957.120)
        #expect(Timestamp(moment).httpDate == "Mon, 23 Nov 2026 06:55:57 GMT")
    }
}
