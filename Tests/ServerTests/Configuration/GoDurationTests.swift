import Testing

@testable import Server

struct GoDurationTests {
    @Test(arguments: [
        ("0", Duration.zero), ("1s", .seconds(1)), ("300ms", .milliseconds(300)),
        ("1h2m3.5s", .seconds(3723) + .milliseconds(500)), ("1.5h", .seconds(5400)),
        (".5s", .milliseconds(500)), ("1.s", .seconds(1)), ("3µs", .microseconds(3)),
        ("3\u{3bc}s", .microseconds(3)), ("3us", .microseconds(3)), ("7ns", .nanoseconds(7)),
        ("0.3ms", .microseconds(300)), ("1.1s", .milliseconds(1100)), ("-3m", .seconds(-180)),
        ("+1m", .seconds(60)), ("1m1m", .seconds(120)),
        ("9223372036854775807ns", .nanoseconds(Int64.max)),
    ])
    func `a duration is read as Go reads it`(text: String, expected: Duration) throws {
        #expect(try GoDuration.parse(text) == expected)
    }

    @Test(arguments: [
        ("600", GoDurationError.missingUnit), ("1.5", .missingUnit), ("1s2", .missingUnit),
        ("", .invalid), ("-", .invalid), ("s", .invalid), (".s", .invalid), (" 1s", .invalid),
        ("bad", .invalid), ("--1s", .invalid), ("9223372036854775808ns", .invalid),
        ("2562048h", .invalid), ("99999999999999999999s", .invalid),
        ("1d", .unknownUnit("d")), ("1s ", .unknownUnit("s ")), ("1S", .unknownUnit("S")),
        ("1 s", .unknownUnit(" s")), ("١s", .invalid),
    ])
    func `what Go refuses is refused with its reason`(text: String, expected: GoDurationError) {
        #expect(throws: expected) { try GoDuration.parse(text) }
    }

    @Test(arguments: [
        (Duration.zero, "0s"), (.milliseconds(300), "300ms"), (.seconds(30), "30s"),
        (.seconds(90), "1m30s"), (.seconds(3600), "1h0m0s"), (.milliseconds(1500), "1.5s"),
        (.microseconds(1500), "1.5ms"), (.nanoseconds(1500), "1.5µs"), (.nanoseconds(7), "7ns"),
        (.seconds(3723) + .milliseconds(50), "1h2m3.05s"),
    ])
    func `a duration is shown as Go shows it`(duration: Duration, expected: String) {
        #expect(duration.goText == expected)
    }
}
