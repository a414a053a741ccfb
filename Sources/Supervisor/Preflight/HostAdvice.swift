/// What preflight says of settings that no plan changes, for who asks before a node runs.
package enum HostAdvice {
    /// Of a script that is to be run before upgrades; nil when it can be.
    package static func onHook(at path: String) -> String? {
        var facts = HostFacts(grace: .zero)
        facts.hook = HostFacts.HookFacts(path: path)
        return HostJudge(facts).hooks.advice
    }

    /// Of how long the daemon has to end; nil when that is enough, and nobody cuts it short.
    package static func onGrace(_ grace: Duration, stoppedBy manager: ServiceManager) -> String? {
        HostJudge(HostFacts(grace: grace, serviceManager: manager)).stopGrace.advice
    }
}

extension PreflightJudge.Finding {
    fileprivate var advice: String? {
        guard result != .pass else { return nil }
        return remedy.map { reason + ". " + $0 } ?? reason
    }
}
