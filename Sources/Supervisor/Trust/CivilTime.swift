import FoundationEssentials
import Glibc

/// A moment as people write it down: digits for year to second, in UTC or in the host's zone.
struct CivilTime {
    private let fields: tm
    private let isUTC: Bool

    /// OpenSSH's `YYYYMMDD[HHMM[SS]][Z]`; `UTC` is the same as `Z`.
    init?(signer text: String) {
        var digits = text[...]
        let suffix = ["Z", "UTC"].first { text.uppercased().hasSuffix($0) }
        digits = digits.dropLast(suffix?.count ?? 0)
        guard [8, 12, 14].contains(digits.utf8.count) else { return nil }
        let padded = digits + String(repeating: "0", count: 14 - digits.utf8.count)
        self.init(digits: Array(padded.utf8), isUTC: suffix != nil)
    }

    /// `2026-12-01T12:00:00Z`: RFC 3339 in UTC, in whole seconds.
    init?(manifest text: String) {
        let shape = Array("####-##-##T##:##:##Z".utf8)
        let bytes = Array(text.utf8)
        guard bytes.count == shape.count else { return nil }
        var digits: [UInt8] = []
        for (byte, form) in zip(bytes, shape) {
            if form == UInt8(ascii: "#") {
                digits.append(byte)
            } else if byte != form {
                return nil
            }
        }
        self.init(digits: digits, isUTC: true)
    }

    private init?(digits: [UInt8], isUTC: Bool) {
        guard digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
            return nil
        }
        func number(_ range: Range<Int>) -> Int32 {
            digits[range].reduce(0) { $0 * 10 + Int32($1 - UInt8(ascii: "0")) }
        }
        var fields = tm()
        fields.tm_year = number(0..<4) - 1900
        (fields.tm_mon, fields.tm_mday) = (number(4..<6) - 1, number(6..<8))
        (fields.tm_hour, fields.tm_min) = (number(8..<10), number(10..<12))
        fields.tm_sec = number(12..<14)
        fields.tm_isdst = -1
        var normal = fields
        // A day or an hour that there is not, such as 30 February, comes back as another one.
        guard fields.tm_year >= 70, timegm(&normal) >= 0, normal.tm_mday == fields.tm_mday,
            normal.tm_mon == fields.tm_mon, normal.tm_hour == fields.tm_hour,
            normal.tm_min == fields.tm_min, normal.tm_sec == fields.tm_sec
        else { return nil }
        (self.fields, self.isUTC) = (fields, isUTC)
    }

    /// Nil for an hour that the host's zone cannot tell.
    var date: Date? {
        var fields = fields
        let seconds = isUTC ? timegm(&fields) : mktime(&fields)
        return seconds == -1 ? nil : Date(timeIntervalSince1970: Double(seconds))
    }
}

extension Date {
    /// RFC 3339 in UTC, in whole seconds.
    package var wholeSeconds: String { rfc3339.prefix(19) + "Z" }
}
