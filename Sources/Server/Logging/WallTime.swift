import Glibc

/// A moment on the calendar of a place.
struct WallTime: Sendable {
    let year: Int, month: Int, day: Int
    /// Days since Sunday.
    let weekday: Int
    let hour: Int, minute: Int, second: Int, nanosecond: Int
    /// Seconds east of Greenwich.
    let offset: Int
    /// The zone's abbreviation, such as CET.
    let zone: String

    /// - Parameter moment: since 1970, as clock_gettime(2) tells it.
    init(local moment: timespec) {
        var (moment, fields) = (moment, tm())
        localtime_r(&moment.tv_sec, &fields)
        self.init(fields, nanosecond: moment.tv_nsec)
    }

    /// As above, in UTC.
    init(utc moment: timespec) {
        var (moment, fields) = (moment, tm())
        gmtime_r(&moment.tv_sec, &fields)
        self.init(fields, nanosecond: moment.tv_nsec)
    }

    private init(_ fields: tm, nanosecond: Int) {
        year = Int(fields.tm_year) + 1900
        month = Int(fields.tm_mon) + 1
        day = Int(fields.tm_mday)
        weekday = Int(fields.tm_wday)
        hour = Int(fields.tm_hour)
        minute = Int(fields.tm_min)
        second = Int(fields.tm_sec)
        self.nanosecond = nanosecond
        offset = fields.tm_gmtoff
        zone = fields.tm_zone.map { String(cString: $0) } ?? "UTC"
    }

    static var now: timespec {
        var moment = timespec()
        clock_gettime(CLOCK_REALTIME, &moment)
        return moment
    }
}

extension WallTime {
    /// The moment in RFC 3339 with milliseconds.
    var rfc3339Milliseconds: String {
        formatted("2006-01-02T15:04:05") + "." + Self.padded(nanosecond / 1_000_000, 3)
            + formatted("Z07:00")
    }

    /// The moment in a layout of Go's `time` package: as its reference time would be written,
    /// Mon Jan 2 15:04:05 MST 2006.
    func formatted(_ layout: String) -> String {
        var result = ""
        var rest = layout[...]
        while let character = rest.first {
            if let (token, text) = Self.tokens.first(where: { rest.hasPrefix($0.0) }) {
                result += text(self)
                rest.removeFirst(token.count)
            } else {
                result.append(character)
                rest.removeFirst()
            }
        }
        return result
    }

    private typealias Token = (String, @Sendable (WallTime) -> String)

    /// A token that begins like another comes before it.
    private static let tokens: [Token] = [
        ("Monday", { days[$0.weekday] }), ("Mon", { String(days[$0.weekday].prefix(3)) }),
        ("Jan", { months[$0.month - 1] }), ("MST", { $0.zone }),
        ("2006", { padded($0.year, 4) }), ("-0700", { $0.offsetText(separator: "") }),
        ("Z07:00", { $0.offset == 0 ? "Z" : $0.offsetText(separator: ":") }),
        (".999999999", { $0.fraction }),
        ("01", { padded($0.month, 2) }), ("02", { padded($0.day, 2) }),
        ("03", { padded($0.hour12, 2) }), ("04", { padded($0.minute, 2) }),
        ("05", { padded($0.second, 2) }), ("06", { padded($0.year % 100, 2) }),
        ("15", { padded($0.hour, 2) }), ("_2", { $0.day < 10 ? " \($0.day)" : "\($0.day)" }),
        ("3", { "\($0.hour12)" }), ("PM", { $0.hour < 12 ? "AM" : "PM" }),
    ]

    private var hour12: Int { (hour + 11) % 12 + 1 }

    private func offsetText(separator: String) -> String {
        let minutes = abs(offset) / 60
        return (offset < 0 ? "-" : "+") + Self.padded(minutes / 60, 2) + separator
            + Self.padded(minutes % 60, 2)
    }

    /// The nanoseconds without trailing zeros.
    private var fraction: String {
        guard nanosecond > 0 else { return "" }
        var text = "." + Self.padded(nanosecond, 9)
        while text.hasSuffix("0") { text.removeLast() }
        return text
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }

    private static let days = [
        "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
    ]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}
