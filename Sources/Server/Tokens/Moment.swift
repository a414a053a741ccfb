import FoundationEssentials
import Glibc

extension Date {
    /// Reads `2027-01-31T12:00:00Z` of RFC 3339, with a fraction or an offset too, or the date
    /// alone, which is its first moment in UTC.
    init?(rfc3339 text: some StringProtocol) {
        var rest = Array(text.utf8)[...]
        guard let year = rest.digits(4), rest.take("-"), let month = rest.digits(2),
            rest.take("-"), let day = rest.digits(2)
        else { return nil }
        var fields = tm()
        (fields.tm_year, fields.tm_mon, fields.tm_mday) = (year - 1900, month - 1, day)
        guard !rest.isEmpty else {
            self.init(fields, fraction: 0, offset: 0)
            return
        }
        guard rest.take("T"), let hour = rest.digits(2), rest.take(":"),
            let minute = rest.digits(2), rest.take(":"), let second = rest.digits(2)
        else { return nil }
        (fields.tm_hour, fields.tm_min, fields.tm_sec) = (hour, minute, second)
        guard let fraction = rest.fraction(), let offset = rest.offset(), rest.isEmpty else {
            return nil
        }
        self.init(fields, fraction: fraction, offset: offset)
    }

    private init?(_ fields: tm, fraction: Double, offset: Int32) {
        var normal = fields
        let seconds = timegm(&normal)
        // A day or an hour that there is not, such as 30 February, comes back as another one.
        guard normal.tm_mday == fields.tm_mday, normal.tm_mon == fields.tm_mon,
            normal.tm_hour == fields.tm_hour, normal.tm_min == fields.tm_min,
            normal.tm_sec == fields.tm_sec
        else { return nil }
        self.init(timeIntervalSince1970: Double(seconds) - Double(offset) + fraction)
    }
}

extension ArraySlice<UInt8> {
    fileprivate mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard first == UInt8(ascii: character) else { return false }
        removeFirst()
        return true
    }

    fileprivate mutating func digits(_ count: Int) -> Int32? {
        guard self.count >= count, prefix(count).allSatisfy(\.isDigit) else { return nil }
        defer { removeFirst(count) }
        return Int32(String(decoding: prefix(count), as: UTF8.self))
    }

    /// What follows a point; 0 without one.
    fileprivate mutating func fraction() -> Double? {
        guard take(".") else { return 0 }
        let digits = prefix(while: \.isDigit)
        removeFirst(digits.count)
        return digits.isEmpty ? nil : Double("0." + String(decoding: digits, as: UTF8.self))
    }

    /// Seconds east of Greenwich.
    fileprivate mutating func offset() -> Int32? {
        if take("Z") { return 0 }
        let sign: Int32 = first == UInt8(ascii: "-") ? -1 : 1
        guard take("+") || take("-"), let hours = digits(2), take(":"), let minutes = digits(2),
            hours < 24, minutes < 60
        else { return nil }
        return sign * (hours * 3600 + minutes * 60)
    }
}
