import Glibc

/// What tests need that act as other users.
enum Privileges {
    /// Where nobody would see that they were skipped they are not.
    static let areEnough: Bool = {
        if let text = getenv("CI"), String(cString: text) == "true" { return true }
        return geteuid() == 0 && access("/usr/bin/setpriv", X_OK) == 0
    }()
}
