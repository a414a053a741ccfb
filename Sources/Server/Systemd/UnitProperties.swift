import CSystemd
import Glibc
import Supervisor

extension ServiceManager {
    /// Asks systemd about the unit that runs us; blocks, for seconds where a bus does not answer.
    ///
    /// - Parameter environment: ours, which says whether systemd started us.
    static func present(_ environment: [String: String]) -> ServiceManager {
        let isExtended = environment["NOTIFY_SOCKET"] != nil
        guard isExtended || environment["INVOCATION_ID"] != nil else { return .none }
        // A session's shell has the variables of what started it, and is in no service.
        guard let unit = OwnUnit() else {
            return isExtended ? .systemd(stop: nil, isExtended: true) : .none
        }
        return .systemd(stop: unit.stop, isExtended: isExtended)
    }
}

/// The service that this process is in, by its cgroup.
private struct OwnUnit {
    private let name: String
    /// It is of a user's systemd, which has a bus of its own.
    private let isUsers: Bool

    /// Nil when it is in none.
    init?() {
        let users = Self.text { sd_pid_get_user_unit(0, $0) }
        guard let name = users ?? Self.text({ sd_pid_get_unit(0, $0) }),
            name.hasSuffix(".service")
        else { return nil }
        self.name = name
        isUsers = users != nil
    }

    /// Nil when it cannot be read.
    var stop: ServiceManager.Stop? {
        var bus: OpaquePointer?
        guard (isUsers ? sd_bus_open_user(&bus) : sd_bus_open_system(&bus)) >= 0 else {
            return nil
        }
        defer { sd_bus_close_unref(bus) }
        sd_bus_set_method_call_timeout(bus, 2_000_000)
        let prefix = "/org/freedesktop/systemd1/unit"
        var microseconds: UInt64 = 0
        guard let path = Self.text({ sd_bus_path_encode(prefix, name, $0) }),
            sd_bus_get_property_trivial(
                bus, Self.systemd, path, Self.service, "TimeoutStopUSec", nil,
                CChar(SD_BUS_TYPE_UINT64), &microseconds) >= 0,
            let killMode = Self.text({
                sd_bus_get_property_string(
                    bus, Self.systemd, path, Self.service, "KillMode", nil, $0)
            })
        else { return nil }
        let isInfinite = microseconds == .max
        return ServiceManager.Stop(
            timeout: isInfinite ? nil : .microseconds(Int64(clamping: microseconds)),
            killMode: killMode)
    }

    private static let systemd = "org.freedesktop.systemd1"
    private static let service = "org.freedesktop.systemd1.Service"

    /// What a function of libsystemd has allocated for us; nil when it failed.
    private static func text(
        _ ask: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32
    ) -> String? {
        var result: UnsafeMutablePointer<CChar>?
        guard ask(&result) >= 0, let result else { return nil }
        defer { free(result) }
        return String(cString: result)
    }
}
