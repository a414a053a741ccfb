import Glibc
import Testing

@testable import Server

struct WallTimeTests {
    /// Go's own reference for every layout, at 5 January 2021, 03:04:05.678 UTC, a Tuesday.
    @Test(arguments: [
        (TimeFormat.layout, "01/05 03:04:05AM '21 +0000"), (.ansic, "Tue Jan  5 03:04:05 2021"),
        (.unixdate, "Tue Jan  5 03:04:05 GMT 2021"), (.rubydate, "Tue Jan 05 03:04:05 +0000 2021"),
        (.rfc822, "05 Jan 21 03:04 GMT"), (.rfc822z, "05 Jan 21 03:04 +0000"),
        (.rfc850, "Tuesday, 05-Jan-21 03:04:05 GMT"), (.rfc1123, "Tue, 05 Jan 2021 03:04:05 GMT"),
        (.rfc1123z, "Tue, 05 Jan 2021 03:04:05 +0000"), (.rfc3339, "2021-01-05T03:04:05Z"),
        (.rfc3339nano, "2021-01-05T03:04:05.678Z"), (.kitchen, "3:04AM"),
    ])
    func `each layout writes the time as Go does`(format: TimeFormat, expected: String) {
        let time = WallTime(utc: timespec(tv_sec: 1_609_815_845, tv_nsec: 678_000_000))
        #expect(time.formatted(format.goLayout) == expected)
    }

    @Test(arguments: [(0, "12:00AM"), (11, "11:00AM"), (12, "12:00PM"), (23, "11:00PM")])
    func `the kitchen clock has twelve hours`(hour: Int, expected: String) {
        let time = WallTime(utc: timespec(tv_sec: hour * 3600, tv_nsec: 0))
        #expect(time.formatted(TimeFormat.kitchen.goLayout) == expected)
    }

    @Test func `milliseconds are always three digits`() {
        let time = WallTime(utc: timespec(tv_sec: 0, tv_nsec: 7_999_999))
        #expect(time.rfc3339Milliseconds == "1970-01-01T00:00:00.007Z")
    }
}
