/// The systems and machines that a file's name speaks of.
struct PlatformWords {
    private let systems: Set<String>
    private let machines: Set<String>
    private let name: String

    private static let systemWords = [
        "linux": "linux", "linux64": "linux", "ubuntu": "linux", "debian": "linux",
        "darwin": "darwin", "macos": "darwin", "osx": "darwin", "apple": "darwin", "dmg": "darwin",
        "windows": "windows", "win": "windows", "win32": "windows", "win64": "windows",
        "exe": "windows", "msi": "windows", "dll": "windows",
        "freebsd": "freebsd", "openbsd": "openbsd", "netbsd": "netbsd", "android": "android",
    ]

    private static let machineWords = [
        "amd64": "amd64", "x64": "amd64", "arm64": "arm64", "aarch64": "arm64", "armv8": "arm64",
        "arm": "arm", "armv6": "arm", "armv7": "arm", "armhf": "arm", "armv7l": "arm",
        "i386": "386", "i686": "386", "riscv64": "riscv64", "ppc64le": "ppc64le",
        "s390x": "s390x", "mips64": "mips64", "loong64": "loong64",
    ]

    init(_ name: String, _ rules: SourceRules) {
        // A program may itself be named after one.
        let daemon = rules.daemon.lowercased()
        let isOwn = !daemon.isEmpty && name.lowercased().hasPrefix(daemon)
        let words = Self.words(isOwn ? String(name.dropFirst(daemon.count)) : name)
        systems = Set(words.compactMap { Self.systemWords[$0] })
        machines = Set(words.compactMap { Self.machineWords[$0] })
        self.name = name
    }

    /// In lower case, without what is between them.
    static func words(_ name: String) -> [String] {
        let name = name.lowercased().replacing("x86_64", with: "amd64")
            .replacing("x86-64", with: "amd64")
        return name.split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }.map(String.init)
    }

    /// - Parameter platform: `linux/amd64`.
    /// - Throws: `.otherPlatform` when the name speaks of others alone.
    func require(_ platform: String) throws(SourceRefusal) {
        let parts = platform.split(separator: "/").map(String.init)
        guard parts.count == 2 else { return }
        for (found, wanted) in [(systems, parts[0]), (machines, parts[1])]
        where !found.isEmpty && !found.contains(wanted) {
            throw SourceRefusal(
                .otherPlatform,
                "the address for \(platform) names a file for "
                    + "\(found.sorted().joined(separator: ", ")): \(name.inQuotes)")
        }
    }
}
