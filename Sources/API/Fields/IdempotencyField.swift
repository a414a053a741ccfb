import Crypto
import Supervisor

extension Operation.IdempotencyKey {
    /// Bytes that a key may have.
    private static let limit = 128

    /// `Idempotency-Key` of a request, with what tells the request from others; nil without one.
    ///
    /// The field is a string of RFC 9651 section 3.3.3, without parameters.
    /// - Throws: 400 when it has another form, is empty, too long, or there twice.
    init?(of request: Request, body: [UInt8]) throws(Problem) {
        let fields = request.headers.all("idempotency-key")
        guard let field = fields.first else { return nil }
        guard fields.count == 1, let text = Self.string(field), !text.isEmpty,
            text.utf8.count <= Self.limit
        else { throw .idempotencyKeyMalformed }
        self.init(text: text, fingerprint: Self.fingerprint(of: request, body: body))
    }

    /// The same for the same request of the same caller, whatever else the head says.
    private static func fingerprint(of request: Request, body: [UInt8]) -> String {
        let actor = request.caller.originator
        let words = [
            request.method.rawValue, request.target.path, actor?.kind.rawValue ?? "",
            actor?.uid.map { "\($0)" } ?? "", actor?.id ?? "",
        ]
        var hash = SHA256()
        // No word holds a zero byte: a path is percent-encoded.
        for word in words { hash.update(data: Array(word.utf8) + [0]) }
        hash.update(data: body)
        return hash.finalize().hex
    }

    private static func string(_ field: String) -> String? {
        var bytes = field.utf8[...]
        guard bytes.popFirst() == UInt8(ascii: "\"") else { return nil }
        var text: [UInt8] = []
        while let byte = bytes.popFirst() {
            switch byte {
            case UInt8(ascii: "\""):
                return bytes.isEmpty ? String(decoding: text, as: UTF8.self) : nil
            case UInt8(ascii: "\\"):
                guard let escaped = bytes.popFirst(), "\"\\".utf8.contains(escaped) else {
                    return nil
                }
                text.append(escaped)
            case 0x20...0x7E: text.append(byte)
            default: return nil
            }
        }
        return nil
    }
}

extension Problem {
    static let idempotencyKeyMalformed = http(
        .badRequest, detail: "The Idempotency-Key cannot be read.",
        remedy: "Send one Idempotency-Key of 1 to 128 visible ASCII characters in double quotes, "
            + "or none.")
}
