import FoundationEssentials

/// What publishers have said of plans' releases: one file for each below `.switchyard/releases`.
///
/// A file that somebody puts there by hand counts as one that came by the API does.
package struct ReleaseBook: Sendable {
    private let home: Home
    /// Held while a page is compared and replaced.
    private let writing: Locked<Void>

    package init(_ home: Home) {
        self.home = home
        writing = Locked(())
    }

    /// What one file of the book says.
    package enum Page: Sendable, Equatable {
        case evidence(ReleaseEvidence)
        /// Its path, and what is wrong with it, as a clause.
        case unreadable(path: String, reason: String)

        /// Nothing, of one that cannot be read.
        package var evidence: ReleaseEvidence {
            guard case .evidence(let evidence) = self else { return ReleaseEvidence() }
            return evidence
        }
    }

    /// A manifest of 1 MiB, escaped, and as many signatures as are looked at.
    private static let limit = 8 << 20

    /// Nil when nothing was said.
    package func page(of name: PlanName) -> Page? {
        let path = path(of: name)
        do throws(ForeignFileError) {
            let reading = try ForeignFile.read(path, limit: Self.limit)
            guard let evidence = ReleaseEvidence(json: reading.bytes) else {
                return .unreadable(path: path, reason: "it is not the JSON of a release")
            }
            return .evidence(evidence)
        } catch {
            return error == .absent ? nil : .unreadable(path: path, reason: "\(error)")
        }
    }

    /// Tells without reading whether a page has changed.
    func stamp(of name: PlanName) -> FileStamp? { FileStamp(path(of: name)) }

    /// Puts a page in another's place, durably; nil stands for none.
    ///
    /// To be called where waiting for a disk does no harm.
    /// - Throws: `.changed` when what is there is not `old`; nothing is written then.
    package func replace(
        _ old: Page?, with new: ReleaseEvidence?, of name: PlanName
    ) throws(PlanBookError) {
        try writing.withLock { _ throws(PlanBookError) in
            guard page(of: name) == old else { throw .changed }
            do throws(SystemError) {
                try DurableFile.keep(new?.json, at: path(of: name))
            } catch {
                throw .system(error)
            }
        }
    }

    private func path(of name: PlanName) -> String {
        "\(home.releases)/\(PlanBook.page(of: name)).json"
    }
}

// MARK: - On disk

extension ReleaseEvidence {
    private struct Wire: Codable {
        var manifest: String?
        var manifestSignatures: [String]?
        var signatures: [String]?

        enum CodingKeys: String, CodingKey {
            case manifest, signatures
            case manifestSignatures = "manifest_signatures"
        }
    }

    /// Nil for what is no such object.
    init?(json bytes: [UInt8]) {
        guard let wire = try? JSONDecoder().decode(Wire.self, from: Data(bytes)) else {
            return nil
        }
        self.init(
            manifest: wire.manifest.map { Array($0.utf8) },
            manifestSignatures: (wire.manifestSignatures ?? []).map { Array($0.utf8) },
            signatures: (wire.signatures ?? []).map { Array($0.utf8) })
    }

    var json: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        let wire = Wire(
            manifest: manifest.map { String(decoding: $0, as: UTF8.self) },
            manifestSignatures: manifestSignatures.map { String(decoding: $0, as: UTF8.self) },
            signatures: signatures.map { String(decoding: $0, as: UTF8.self) })
        // Strings always encode.
        return Array((try? encoder.encode(wire)) ?? Data()) + [UInt8(ascii: "\n")]
    }

    package var isEmpty: Bool {
        manifest == nil && manifestSignatures.isEmpty && signatures.isEmpty
    }
}
