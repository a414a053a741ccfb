/// Why no binary can be taken out of an archive.
package struct ArchiveRefusal: Error, Sendable, Equatable {
    package let kind: Kind
    /// A clause that says what is wrong; names of the archive's are quoted, escaped and short.
    package let reason: String

    init(_ kind: Kind, _ reason: String) {
        self.kind = kind
        self.reason = reason
    }

    /// Its raw value is a stable name.
    package enum Kind: String, Sendable, CaseIterable {
        case empty = "archive-empty"
        case unsafePath = "unsafe-path"
        /// More than one file may be meant.
        case ambiguous
        case script
        case sources
        case nestedArchive = "nested-archive"
        case otherPlatform = "other-platform"
        case noProgram = "no-program"
        case tooManyLibraries = "too-many-libraries"
        /// A library would lie where something else has its place.
        case placeTaken = "place-taken"
    }

    /// What helps, in one sentence.
    package var remedy: String {
        switch kind {
        case .otherPlatform: "Stage the \(PlanInfo.platform) build."
        case .sources: "Build the binary, and stage it."
        case .script: "Stage the executable, or put the script into the folder by hand."
        case .empty, .unsafePath, .ambiguous, .nestedArchive, .noProgram, .tooManyLibraries,
            .placeTaken:
            "Unpack it, and stage the executable in it."
        }
    }
}
