import FoundationEssentials

/// What operators have said of one plan: the content of its file in the plan book.
package struct PlanEntry: Sendable, Equatable {
    package var name: PlanName
    /// Nil when only a hold was said.
    package var declaration: PlanDeclaration?
    package var hold: PlanHold?

    package init(name: PlanName, declaration: PlanDeclaration? = nil, hold: PlanHold? = nil) {
        self.name = name
        self.declaration = declaration
        self.hold = hold
    }
}

/// A plan as an operator declares it; of a plan of the chain, what the operator adds to it.
package struct PlanDeclaration: Sendable, Equatable {
    package var trigger: PlanFacts.Trigger
    /// Greater than 0; nil for a manual plan only.
    package var height: Height?
    /// 64 lower-case hex digits.
    package var expectedSHA256: String?
    /// In the grammar of the chain's own.
    package var info: String?
    package var createdAt: Date
    /// Its height was passed by another binary than its own, so that it is none any more.
    package var passed: Passed?

    package struct Passed: Sendable, Equatable {
        package let at: Date
        /// In words, with both heights.
        package let reason: String
    }

    package init(
        trigger: PlanFacts.Trigger, height: Height?, expectedSHA256: String? = nil,
        info: String? = nil, createdAt: Date = Date()
    ) {
        self.trigger = trigger
        self.height = height
        self.expectedSHA256 = expectedSHA256
        self.info = info
        self.createdAt = createdAt
    }

    /// Says the same, whenever it was said.
    package func isSame(as other: PlanDeclaration) -> Bool {
        var other = other
        other.createdAt = createdAt
        return self == other
    }
}

// MARK: - On disk

extension PlanEntry {
    /// - Parameter page: What its file is called, without the ending.
    init(
        json bytes: [UInt8], page: String, case letters: PlanName.LetterCase
    ) throws(PlanEntryError) {
        let wire: WireEntry
        do {
            wire = try JSONDecoder().decode(WireEntry.self, from: Data(bytes))
        } catch {
            throw PlanEntryError(reason: "it is not the JSON of a plan")
        }
        let text = wire.name ?? wire.hold?.name ?? page
        do throws(PlanNameError) {
            name = try PlanName(text, case: letters)
        } catch {
            throw PlanEntryError(reason: "\(error)")
        }
        guard PlanBook.page(of: name) == page else {
            throw PlanEntryError(reason: "it names another plan, \"\(text)\"")
        }
        hold = wire.hold
        declaration = try wire.declaration
    }

    var json: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        let wire = WireEntry(
            name: name.text, trigger: declaration?.trigger.rawValue, height: declaration?.height,
            expectedSHA256: declaration?.expectedSHA256, info: declaration?.info,
            createdAt: declaration?.createdAt.rfc3339, hold: hold,
            passedAt: declaration?.passed?.at.rfc3339, passedReason: declaration?.passed?.reason)
        // Strings and integers always encode.
        return Array((try? encoder.encode(wire)) ?? Data()) + [UInt8(ascii: "\n")]
    }
}

/// Why a file of the plan book is no entry, as a clause.
package struct PlanEntryError: Error, Equatable {
    package let reason: String
}

private struct WireEntry: Codable {
    let name: String?
    let trigger: String?
    let height: Height?
    let expectedSHA256: String?
    let info: String?
    let createdAt: String?
    let hold: PlanHold?
    let passedAt: String?
    let passedReason: String?

    enum CodingKeys: String, CodingKey {
        case name, trigger, height, info, hold
        case expectedSHA256 = "expected_sha256"
        case createdAt = "created_at"
        case passedAt = "passed_at"
        case passedReason = "passed_reason"
    }

    var declaration: PlanDeclaration? {
        get throws(PlanEntryError) {
            guard let trigger else { return nil }
            guard let trigger = PlanFacts.Trigger(rawValue: trigger) else {
                throw PlanEntryError(reason: "its trigger is none that is known")
            }
            guard (trigger == .manual) == (height == nil), height.map({ $0 > 0 }) ?? true else {
                throw PlanEntryError(reason: "its height does not fit its trigger")
            }
            var declaration = PlanDeclaration(
                trigger: trigger, height: height, expectedSHA256: expectedSHA256, info: info,
                createdAt: createdAt.flatMap(Timestamp.date) ?? Date(timeIntervalSince1970: 0))
            if let reason = passedReason {
                declaration.passed = PlanDeclaration.Passed(
                    at: passedAt.flatMap(Timestamp.date) ?? declaration.createdAt, reason: reason)
            }
            return declaration
        }
    }
}
