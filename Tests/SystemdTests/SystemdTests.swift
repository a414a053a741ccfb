import Testing

/// Under a real systemd: the unit files that we ship, and the one that the upgrade guides have.
///
/// Each test has its own node, user and unit, in the box that they all share.
@Suite(.enabled(if: Box.isWanted, "no box for systemd: \(Box.obstacle ?? "")"), .box)
struct SystemdTests {}
