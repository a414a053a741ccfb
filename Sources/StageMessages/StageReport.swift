/// What `switchyard-stage` says, each in one line of JSON on its standard output.
///
/// Nothing of it is believed: it is shown to people, and a failure spares looking at the result.
package enum StageReport: Codable, Sendable, Equatable {
    /// Bytes, or for an archive bytes of it that have been read; the total is nil while unknown.
    case progress(done: Int64, total: Int64?)
    /// Everything has come, or is unpacked.
    case finished
    /// The program of a probe is about to run, shut in.
    case confined
    case failed(StageFailure)
}

/// Why a run of `switchyard-stage` came to nothing.
package struct StageFailure: Error, Codable, Sendable, Equatable {
    package var kind: Kind
    /// The very fact, as a clause: `the server answered 404 for https://…`.
    package var detail: String

    package enum Kind: String, Codable, Sendable, CaseIterable {
        // Of fetching.
        case schemeRefused = "scheme_refused"
        case addressRefused = "address_refused"
        case redirectRefused = "redirect_refused"
        case nameUnresolved = "name_unresolved"
        case unreachable
        case tls
        case status
        case stalled
        case cut
        case tooLarge = "too_large"
        // Of unpacking.
        /// No archive, or of a format that is not taken.
        case formatRefused = "format_refused"
        case archiveDamaged = "archive_damaged"
        /// An entry that no honest release has.
        case entryRefused = "entry_refused"
        case limitExceeded = "limit_exceeded"
        // Of all.
        case diskFull = "disk_full"
        /// This kernel cannot shut a process in.
        case notConfined = "not_confined"
        case system
    }

    package init(_ kind: Kind, _ detail: String) {
        self.kind = kind
        self.detail = detail
    }
}
