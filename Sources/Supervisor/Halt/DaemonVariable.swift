/// The variables by which a daemon of the SDK takes the settings of its flags (server/util.go).
package enum DaemonVariable {
    /// - Parameters:
    ///   - setting: Such as `HALT_HEIGHT`.
    ///   - binary: The path of the executable with no link in it, or its name: a link's own name
    ///     does not count.
    package static func name(_ setting: String, ofBinary binary: String) -> String {
        let name = binary.split(separator: "/").last ?? ""
        let prefix = name.uppercased().map { $0 == "-" || $0 == "." ? "_" : String($0) }.joined()
        return prefix + "_" + setting
    }
}
