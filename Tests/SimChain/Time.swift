import Glibc

/// CLOCK_MONOTONIC, by which the ledger and the timers go.
enum Monotonic {
    static var now: Duration {
        var value = timespec()
        clock_gettime(CLOCK_MONOTONIC, &value)
        return .seconds(Int64(value.tv_sec)) + .nanoseconds(Int64(value.tv_nsec))
    }
}

extension Duration {
    var nanoseconds: Int64 {
        components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
    }
}

/// A point of the calendar, in UTC.
struct WallTime {
    let seconds: Int
    let nanoseconds: Int

    static var now: WallTime {
        var value = timespec()
        clock_gettime(CLOCK_REALTIME, &value)
        return WallTime(seconds: value.tv_sec, nanoseconds: value.tv_nsec)
    }

    /// As in block headers: `2025-01-31T09:05:07.000000001Z`.
    var rfc3339: String {
        let parts = broken
        let date = [Int(parts.tm_year) + 1900, Int(parts.tm_mon) + 1, Int(parts.tm_mday)]
        let clock = [Int(parts.tm_hour), Int(parts.tm_min), Int(parts.tm_sec)]
        return date.map { padded($0, 2) }.joined(separator: "-") + "T"
            + clock.map { padded($0, 2) }.joined(separator: ":") + ".\(padded(nanoseconds, 9))Z"
    }

    /// As in the log: `9:05AM`.
    var kitchen: String {
        let parts = broken
        let hour = Int(parts.tm_hour)
        let face = hour % 12 == 0 ? 12 : hour % 12
        return "\(face):\(padded(Int(parts.tm_min), 2))\(hour < 12 ? "AM" : "PM")"
    }

    private var broken: tm {
        var count = time_t(seconds)
        var parts = tm()
        gmtime_r(&count, &parts)
        return parts
    }
}

/// The number with at least so many digits.
func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
