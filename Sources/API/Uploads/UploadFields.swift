import Supervisor

/// The header fields of resumable uploads (draft-ietf-httpbis-resumable-upload, interop 8).
struct UploadFields: Sendable, Equatable {
    /// Whether the request brings the rest; nil when nothing was said of it.
    let complete: Bool?
    let offset: Int64?
    /// Of the whole file.
    let length: Int64?

    init(_ headers: Headers) throws(Problem) {
        complete = try Self.bool("upload-complete", in: headers)
        offset = try Self.count("upload-offset", in: headers)
        length = try Self.count("upload-length", in: headers)
        let version = headers.all("upload-draft-interop-version")
        // Others are the same for a file that comes whole.
        guard complete != false || version.isEmpty || version == [Self.version] else {
            throw .http(
                .badRequest, detail: "This is another version of resumable uploads.",
                remedy: "Speak interop version \(Self.version), or send the file in one request.")
        }
    }

    static let version = "8"

    private static func bool(_ name: String, in headers: Headers) throws(Problem) -> Bool? {
        let values = headers.all(name)
        switch values {
        case []: return nil
        case ["?0"]: return false
        case ["?1"]: return true
        default: throw malformed(name, "?0 or ?1")
        }
    }

    /// An integer of structured fields has 15 digits at most.
    private static func count(_ name: String, in headers: Headers) throws(Problem) -> Int64? {
        let values = headers.all(name)
        guard let text = values.first else { return nil }
        guard values.count == 1, (1...15).contains(text.utf8.count),
            text.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int64(text)
        else { throw malformed(name, "a number of bytes") }
        return number
    }

    static func missing(_ name: String) -> Problem {
        .http(
            .badRequest, detail: "The field \(name) is missing.",
            remedy: "Send it, as resumable uploads need it.")
    }

    private static func malformed(_ name: String, _ wanted: String) -> Problem {
        .http(
            .badRequest, detail: "The field \(name) cannot be read.",
            remedy: "Send \(wanted) in it, once.")
    }
}

/// What a resumable upload is told in header fields.
enum UploadHeader {
    static func limit(_ limits: Quarantine.Limits) -> Response.Header {
        .init(
            "Upload-Limit",
            "max-size=\(limits.maxSize), max-age=\(QuarantineRecord.lifetimeInSeconds)")
    }

    static func offset(_ offset: Int64) -> Response.Header { .init("Upload-Offset", "\(offset)") }

    static func complete(_ isComplete: Bool) -> Response.Header {
        .init("Upload-Complete", isComplete ? "?1" : "?0")
    }

    static func length(_ length: Int64?) -> [Response.Header] {
        length.map { [.init("Upload-Length", "\($0)")] } ?? []
    }
}
