/// Asks work that is under way to end, once and for all.
final class StopWish: Sendable {
    private let state = Locked(State())

    private struct State {
        var isRaised = false
        var wake: (@Sendable () -> Void)?
    }

    var isRaised: Bool { state.withLock(\.isRaised) }

    func raise() {
        let wake = state.withLock { state in
            state.isRaised = true
            return state.wake
        }
        wake?()
    }

    /// Has the closure called when the wish is raised, at once when it was; nil forgets it.
    func onRaise(_ wake: (@Sendable () -> Void)?) {
        let isRaised = state.withLock { state in
            state.wake = wake
            return state.isRaised
        }
        if isRaised { wake?() }
    }
}
