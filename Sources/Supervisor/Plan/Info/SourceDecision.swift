/// Where a plan's binary comes from, decided by its info alone: nothing is asked or fetched for it.
package enum SourceDecision: Sendable, Equatable {
    /// - Parameters:
    ///   - key: The entry of `binaries` that was taken.
    ///   - remarks: Clauses about what was not as it should be.
    case fetch(BinaryAddress, key: String, remarks: [String])
    /// The info is the address of what it would say.
    case fetchInfo(BinaryAddress)
    case refused(SourceRefusal)

    /// - Parameter info: As the chain has it.
    package init(info: String, _ rules: SourceRules) {
        do throws(SourceRefusal) {
            switch PlanInfo(info) {
            case .url(let text): self = .fetchInfo(try BinaryAddress(info: text, rules))
            case let info: self = try Self(info, rules)
            }
        } catch {
            self = .refused(error)
        }
    }

    /// - Parameter text: The content behind the info's address, which is not followed any further.
    package init(fetchedInfo text: String, _ rules: SourceRules) {
        do throws(SourceRefusal) {
            self = try Self(PlanInfo(text), rules)
        } catch {
            self = .refused(error)
        }
    }

    private init(_ info: PlanInfo?, _ rules: SourceRules) throws(SourceRefusal) {
        switch info {
        case nil: throw SourceRefusal(.infoBlank, "the plan says nothing of its binaries")
        case .url:
            throw SourceRefusal(
                .infoAddressAgain, "the content behind the info's address is an address again")
        case .text(let text): throw Self.refusal(of: text, rules)
        case .broken(let refusal): throw refusal
        case .inline(let binaries):
            let entry = try binaries.entry(for: rules.platform)
            let address = try BinaryAddress(binary: entry.address, rules)
            let isUnchecked = address.checksum == .none
            self = .fetch(
                address, key: entry.key,
                remarks: entry.remarks + (isUnchecked ? ["the address has no checksum"] : []))
        }
    }

    /// A path, or a form of go-getter's that is no URL, is told apart from words.
    private static func refusal(of text: String, _ rules: SourceRules) -> SourceRefusal {
        do throws(SourceRefusal) {
            _ = try AddressText(text, rules)
        } catch  where [.localPath, .scheme].contains(error.kind) {
            return error
        } catch {
            // No address at all: words.
        }
        return SourceRefusal(
            .infoText, "the info is text for people and names no binaries: \(text.inQuotes)")
    }
}

/// What an operator asks of every source.
package struct SourceRules: Sendable, Equatable {
    /// `linux/amd64`, as Go names it.
    package var platform: String
    /// The program's name; empty when it is not known.
    package var daemon: String
    /// DAEMON_DOWNLOAD_MUST_HAVE_CHECKSUM: of an info's own address, too.
    package var mustHaveChecksum: Bool
    /// SWITCHYARD_ALLOW_WEAK_CHECKSUMS: MD5 and SHA-1 are checked, without making trust.
    package var allowsWeakDigests: Bool
    /// Besides https; never for what a chain says.
    package var allowsHTTP: Bool

    package init(
        platform: String = PlanInfo.platform, daemon: String = "", mustHaveChecksum: Bool = false,
        allowsWeakDigests: Bool = false, allowsHTTP: Bool = false
    ) {
        self.platform = platform
        self.daemon = daemon
        self.mustHaveChecksum = mustHaveChecksum
        self.allowsWeakDigests = allowsWeakDigests
        self.allowsHTTP = allowsHTTP
    }
}
