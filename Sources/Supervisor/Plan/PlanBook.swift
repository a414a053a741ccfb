import Crypto

/// What operators have said of plans: one file for each below `.switchyard/plans`, and nothing else.
package struct PlanBook: Sendable {
    private let home: Home
    /// Held while an entry is compared and replaced.
    private let writing: Locked<Void>

    package init(_ home: Home) {
        self.home = home
        writing = Locked(())
    }

    /// What one file of the book says.
    package enum Page: Sendable, Equatable {
        case entry(PlanEntry)
        /// What the file is called, without its ending, and what is wrong with it, as a clause.
        case unreadable(page: String, reason: String)
    }

    /// Every page, in the order of the file names.
    package var pages: [Page] {
        ProcFile.names(in: home.planBook).filter { $0.hasSuffix(Self.ending) }.sorted().compactMap {
            page(String($0.dropLast(Self.ending.count)))
        }
    }

    /// Nil when nothing was said of the plan, or nothing that can be read.
    package func entry(of name: PlanName) -> PlanEntry? { entry(in: name.directory) }

    /// - Parameter folder: The plan's, below `upgrades/`.
    func entry(in folder: String) -> PlanEntry? {
        guard case .entry(let entry)? = page(Self.page(of: folder)) else { return nil }
        return entry
    }

    /// Puts an entry in another's place, durably; nil stands for none.
    ///
    /// To be called where waiting for a disk does no harm.
    /// - Throws: `.changed` when what is there is not `old`; nothing is written then.
    package func replace(
        _ old: PlanEntry?, with new: PlanEntry?, of name: PlanName
    ) throws(PlanBookError) {
        try writing.withLock { _ throws(PlanBookError) in
            guard entry(of: name) == old else { throw .changed }
            do throws(SystemError) {
                try DurableFile.keep(new?.json, at: path(Self.page(of: name)))
            } catch {
                throw .system(error)
            }
        }
    }

    private func page(_ page: String) -> Page? {
        let reading: FileReading
        do throws(ForeignFileError) {
            reading = try ForeignFile.read(path(page), limit: 1 << 20)
        } catch {
            return error == .absent
                ? nil : .unreadable(page: page, reason: error.description)
        }
        do throws(PlanEntryError) {
            return .entry(
                try PlanEntry(json: reading.bytes, page: page, case: home.letterCase))
        } catch {
            return .unreadable(page: page, reason: error.reason)
        }
    }

    private func path(_ page: String) -> String { "\(home.planBook)/\(page)\(Self.ending)" }

    /// The folder's name, shortened where it would not leave room for an ending (NAME_MAX).
    static func page(of name: PlanName) -> String { page(of: name.directory) }

    private static func page(of folder: String) -> String {
        guard folder.utf8.count > 200 else { return folder }
        let digest = SHA256.hash(data: Array(folder.utf8)).prefix(8).hex
        return String(decoding: folder.utf8.prefix(180), as: UTF8.self) + "~" + digest
    }

    private static let ending = ".json"
}

/// Why an entry was not replaced.
package enum PlanBookError: Error, Equatable {
    /// Another was faster.
    case changed
    case system(SystemError)
}
