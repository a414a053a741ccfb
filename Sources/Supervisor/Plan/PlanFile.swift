/// One look at `data/upgrade-info.json`.
package struct PlanFile: Sendable, Equatable {
    package let content: Content
    /// Nil when there is no regular file.
    package let identity: FileIdentity?

    package enum Content: Sendable, Equatable {
        case absent
        /// A link, pipe, folder, huge or unreadable file: what it is, in words.
        case unusable(String)
        /// The daemon truncated it and has not written yet, or could not.
        case empty
        /// Half-written, or no plan: why, in words.
        case broken(String)
        case plan(UpgradePlan)
    }

    package init(content: Content, identity: FileIdentity?) {
        self.content = content
        self.identity = identity
    }

    /// Looks at the file; never blocks and never throws: what is wrong is a state of its own.
    package init(at path: String, case letters: PlanName.LetterCase) {
        let reading: FileReading
        do {
            reading = try ForeignFile.read(path, limit: Self.limit)
        } catch {
            content = error == .absent ? .absent : .unusable(error.description)
            identity = nil
            return
        }
        identity = reading.identity
        guard !reading.bytes.isEmpty else {
            content = .empty
            return
        }
        do throws(PlanError) {
            content = .plan(try UpgradePlan(json: reading.bytes, case: letters))
        } catch {
            content = .broken(error.description)
        }
    }

    package var plan: UpgradePlan? {
        guard case .plan(let plan) = content else { return nil }
        return plan
    }

    /// 1 MiB; a real file has some hundred bytes.
    private static let limit = 1 << 20
}
