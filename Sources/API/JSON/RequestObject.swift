import Supervisor

/// The JSON object a request sends, taken apart member by member and strictly.
///
/// What is unknown, doubled or of the wrong type is collected, so that the caller hears of all of it
/// at once; nothing that was taken may be used before `end` has returned.
struct RequestObject {
    private var members: [String: JSONValue]
    private var errors: [MemberError] = []

    /// One thing that is wrong, and where (RFC 6901).
    struct MemberError: Equatable {
        let pointer: String
        /// A clause: "must be a string".
        let detail: String
    }

    /// Reads the body; one without any bytes counts as an object without members.
    /// - Throws: 400 for what is no JSON, 422 for what is no object.
    init(of request: Request) async throws(Problem) {
        try self.init(try await request.content())
    }

    init(_ bytes: [UInt8]) throws(Problem) {
        guard !bytes.isEmpty else {
            members = [:]
            return
        }
        let text: JSONText
        do throws(JSONTextError) {
            text = try JSONText(bytes)
        } catch {
            throw Problem(
                .malformedJSON, detail: "At byte \(error.offset): \(error.reason).")
        }
        guard case .object(let members) = text.value else {
            throw .invalidRequest([MemberError(pointer: "", detail: "must be an object")])
        }
        self.members = members
        errors = text.repeated.map { MemberError(pointer: $0, detail: "is there twice") }
    }

    // MARK: - Members

    /// Nil when it is missing, null or wrong; what is wrong is remembered.
    ///
    /// - Parameter wanted: what it must be, as a clause for people: "a string".
    mutating func take<Value>(
        _ name: String, _ wanted: String, _ read: (JSONValue) -> Value?
    ) -> Value? {
        guard let member = members.removeValue(forKey: name), member != .null else { return nil }
        guard let value = read(member) else {
            refuse(name, "must be \(wanted), or null")
            return nil
        }
        return value
    }

    mutating func bool(_ name: String) -> Bool? {
        take(name, "true or false") { value in
            guard case .bool(let flag) = value else { return nil }
            return flag
        }
    }

    /// - Parameter limit: Bytes of UTF-8.
    mutating func string(_ name: String, limit: Int) -> String? {
        take(name, "a string of at most \(limit) bytes") { value in
            value.string.flatMap { $0.utf8.count <= limit ? $0 : nil }
        }
    }

    /// A reason for the history: at most 200 characters, without control characters.
    mutating func reason() -> String? {
        take("reason", "a string of at most 200 characters without control characters") { value in
            value.string.flatMap { text in
                text.unicodeScalars.count <= 200
                    && !text.unicodeScalars.contains { $0.properties.generalCategory == .control }
                    ? text : nil
            }
        }
    }

    /// 64 hex digits; answered in lower case.
    mutating func sha256(_ name: String) -> String? {
        take(name, "the 64 hex digits of a SHA-256") { value in
            guard let text = value.string?.lowercased(), text.utf8.count == 64,
                text.utf8.allSatisfy({ "0123456789abcdef".utf8.contains($0) })
            else { return nil }
            return text
        }
    }

    /// An integer, or, as CometBFT writes it, a string of digits.
    mutating func height(_ name: String) -> Height? {
        take(name, "an integer from 1") { value in
            let height: Height? =
                switch value {
                case .integer(let number): number
                // To JSON Schema 7.0 is an integer; a larger one may have been rounded.
                case .number(let number) where number.magnitude <= 0x1p53:
                    Height(exactly: number)
                case .string(let text) where text.utf8.allSatisfy({ (48...57).contains($0) }):
                    Height(text)
                case .null, .bool, .number, .string, .array, .object: nil
                }
            return height.flatMap { $0 >= 1 ? $0 : nil }
        }
    }

    /// One of a closed list.
    mutating func word<Word: RawRepresentable & CaseIterable>(
        _ name: String, of type: Word.Type = Word.self
    ) -> Word? where Word.RawValue == String {
        let list = Word.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
        return take(name, "one of \(list)") { $0.string.flatMap(Word.init) }
    }

    // MARK: - The end

    /// Something is wrong with the member already.
    func isRefused(_ name: String) -> Bool {
        errors.contains { $0.pointer == "/" + name }
    }

    /// Remembers something that is wrong with a member.
    mutating func refuse(_ name: String, _ detail: String) {
        let escaped = name.replacing("~", with: "~0").replacing("/", with: "~1")
        errors.append(MemberError(pointer: "/" + escaped, detail: detail))
    }

    /// Everything that is wanted was taken: what is left is unknown.
    /// - Throws: 422 with all that was wrong.
    mutating func end() throws(Problem) {
        for name in members.keys.sorted() { refuse(name, "is not known") }
        guard errors.isEmpty else { throw .invalidRequest(errors) }
    }
}

extension Problem {
    static func invalidRequest(_ errors: [RequestObject.MemberError]) -> Problem {
        let list = errors.map { error in
            JSONValue.object([
                "pointer": .string(error.pointer), "detail": .string(error.detail),
            ])
        }
        return Problem(
            .invalidRequest,
            detail: errors.map { "\($0.pointer.isEmpty ? "The body" : $0.pointer) \($0.detail)." }
                .joined(separator: " "),
            members: ["errors": .array(list)])
    }
}
