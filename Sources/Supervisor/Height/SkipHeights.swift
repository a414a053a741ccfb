/// The heights that a daemon is told to skip, as its own flag parser (pflag's IntSlice) reads them.
///
/// `=10,20`, ` 10,20`, and repeated flags count; of ` 10 20` only 10 is taken, the 20 is a
/// positional argument. Our reading is a hint: a plan file written at the height proves that it was
/// not skipped.
package enum SkipHeights {
    package static func from(arguments: [String]) -> Set<Height> {
        var heights: Set<Height> = []
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            if argument == flag, let value = rest.popFirst() {
                heights.formUnion(parse(value))
            } else if argument.hasPrefix(flag + "=") {
                heights.formUnion(parse(argument.dropFirst(flag.count + 1)))
            }
        }
        return heights
    }

    /// `<BASENAME>_UNSAFE_SKIP_UPGRADES`, the base name in upper case with `-` and `.` as `_`.
    package static func from(environment: [String], daemonName: String) -> Set<Height> {
        let name =
            DaemonVariable.name("UNSAFE_SKIP_UPGRADES", ofBinary: daemonName) + "="
        return Set(
            environment.filter { $0.hasPrefix(name) }.flatMap { parse($0.dropFirst(name.count)) })
    }

    private static let flag = "--unsafe-skip-upgrades"

    private static func parse(_ list: some StringProtocol) -> [Height] {
        list.split(whereSeparator: { $0 == "," || $0 == " " }).compactMap { Height($0) }
    }
}
