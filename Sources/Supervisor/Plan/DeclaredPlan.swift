/// How far a plan is that only an operator tells of, from what is known of the chain's height.
package struct DeclaredPlan: Sendable, Equatable {
    package let state: PlanState
    package let code: PlanReason
    /// In words; without the present height, which every block changes.
    package let reason: String

    /// - Parameters:
    ///   - stored: The last block in the node's store, nil when that is not known.
    ///   - applied: The last block the application has executed.
    package init(_ declaration: PlanDeclaration, stored: Height?, applied: Height?) {
        if let passed = declaration.passed {
            self.init(.stale, .heightPassed, passed.reason)
            return
        }
        switch (declaration.trigger, declaration.height) {
        case (.manual, _), (_, nil):
            self.init(.pending, .heightUnknown, "it is carried out when switch asks for it")
        case (.chain, let height?): self.init(announcedFor: height, stored: stored)
        case (.height, let height?): self.init(at: height, stored: stored, applied: applied)
        }
    }

    private init(_ state: PlanState, _ code: PlanReason, _ reason: String) {
        self.state = state
        self.code = code
        self.reason = reason
    }

    /// The chain will ask for it by its own file.
    private init(announcedFor height: Height, stored: Height?) {
        guard let stored else {
            self.init(.pending, .heightUnknown, "the plan is for \(height); no height is known yet")
            return
        }
        if stored > height {
            self.init(
                .stale, .heightPassed,
                "\(height) was passed and the chain did not ask for this plan")
        } else if stored == height {
            self.init(.pending, .atHeight, "at \(height); the chain's own word is awaited")
        } else {
            self.init(.pending, .beforeHeight, "the plan is for \(height)")
        }
    }

    private init(at height: Height, stored: Height?, applied: Height?) {
        guard let stored else {
            self.init(.pending, .heightUnknown, "the plan is for \(height); no height is known yet")
            return
        }
        if stored > height || applied.map({ $0 >= height }) ?? false {
            self.init(.stale, .heightPassed, "\(height) was passed by the present binary")
        } else if stored == height, applied == height - 1 {
            self.init(.due, .atHeight, "block \(height) is stored and not applied")
        } else {
            self.init(.pending, .beforeHeight, "the plan is for \(height)")
        }
    }
}
