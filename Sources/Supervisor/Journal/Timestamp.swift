import FoundationEssentials

/// A moment of UTC, taken apart for the wire.
package struct Timestamp {
    private let year, month, day: Int
    /// 0 is Sunday.
    private let weekday: Int
    private let milliseconds: Int

    /// Rounds to milliseconds; moments outside of the years 1 to 9999 become the nearest within.
    package init(_ date: Date) {
        let bounded = min(max(date.timeIntervalSince1970, -62_135_596_800), 253_402_300_799)
        let total = Int((bounded * 1000).rounded())
        let days = (total - total.mod(86_400_000)) / 86_400_000
        milliseconds = total.mod(86_400_000)
        weekday = (days + 4).mod(7)
        (year, month, day) = Self.civil(days: days)
    }

    /// The moment that `rfc3339` writes; nil for anything else, other forms of RFC 3339 included.
    package static func date(rfc3339 text: String) -> Date? {
        let pattern = /(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)\.(\d{3})Z/
        guard let match = text.wholeMatch(of: pattern)?.output,
            let year = Int(match.1), let month = Int(match.2), let day = Int(match.3),
            let hour = Int(match.4), let minute = Int(match.5), let second = Int(match.6),
            let millisecond = Int(match.7), (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        let seconds = (days(year, month, day) * 24 + hour) * 3600 + minute * 60 + second
        return Date(timeIntervalSince1970: Double(seconds * 1000 + millisecond) / 1000)
    }

    /// Hinnant's `days_from_civil`.
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let yearOfEra = shifted.mod(400)
        let era = (shifted - yearOfEra) / 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// RFC 3339: `2026-11-23T06:55:57.120Z`.
    package var rfc3339: String {
        "\(year.padded(4))-\(month.padded(2))-\(day.padded(2))T\(clock)"
            + ".\((milliseconds % 1000).padded(3))Z"
    }

    /// RFC 9110's date: `Mon, 23 Nov 2026 06:55:57 GMT`.
    package var httpDate: String {
        "\(Self.weekdays[weekday]), \(day.padded(2)) \(Self.months[month - 1])"
            + " \(year.padded(4)) \(clock) GMT"
    }

    private var clock: String {
        let seconds = milliseconds / 1000
        return "\((seconds / 3600).padded(2)):\((seconds / 60 % 60).padded(2))"
            + ":\((seconds % 60).padded(2))"
    }

    /// Days since the epoch to a date of the Gregorian calendar (Hinnant's `civil_from_days`).
    private static func civil(days: Int) -> (Int, Int, Int) {
        // Years are counted from March, so that the leap day is the last of its year.
        let shifted = days + 719_468
        let dayOfEra = shifted.mod(146_097)
        let era = (shifted - dayOfEra) / 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}

extension Int {
    /// The remainder that is never negative.
    fileprivate func mod(_ divisor: Int) -> Int {
        let rest = self % divisor
        return rest < 0 ? rest + divisor : rest
    }

    fileprivate func padded(_ width: Int) -> String {
        let digits = String(self)
        return String(repeating: "0", count: Swift.max(0, width - digits.count)) + digits
    }
}

extension Date {
    /// In UTC with milliseconds, as everything of ours writes moments.
    package var rfc3339: String { Timestamp(self).rfc3339 }
}
