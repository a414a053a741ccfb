import Glibc

/// A plan file that Cosmovisor's `add-upgrade --upgrade-height` made, long before its height.
///
/// A daemon writes the file with mode 0600 and, on most chains, an info; that command with 0755 and
/// without. Together with the other marks this tells whose word it is.
package struct PrecreatedPlan: Sendable, Equatable {
    package let plan: UpgradePlan
    let identity: FileIdentity

    /// Nil when there is no plan file, or it lacks a mark.
    ///
    /// Whether its height is to come counts elsewhere.
    package init?(in home: Home) {
        let file = PlanFile(at: home.planFile, case: home.letterCase)
        var status = stat()
        guard let plan = file.plan, let identity = file.identity, plan.info.isEmpty, plan.isPlain,
            lstat(home.planFile, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            UInt64(status.st_ino) == identity.inode, status.st_mode & 0o777 == 0o755
        else { return nil }
        self.plan = plan
        self.identity = identity
    }
}
