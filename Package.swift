// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]
let strictC: [CSetting] = [.treatAllWarnings(as: .error)]
let strictCXX: [CXXSetting] = [.treatAllWarnings(as: .error)]

let package = Package(
    name: "switchyard",
    products: [
        .executable(name: "switchyard", targets: ["Server"]),
        .executable(name: "switchyard-stage", targets: ["Stage"]),
        .executable(name: "simchain", targets: ["SimChain"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        .target(name: "CLinux", cSettings: strictC),
        // toml++, which is headers only, behind a face in C.
        .target(name: "CToml", cxxSettings: strictCXX),
        .systemLibrary(
            name: "CSystemd", pkgConfig: "libsystemd", providers: [.apt(["libsystemd-dev"])]),
        .systemLibrary(
            name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(
            name: "CArchive", pkgConfig: "libarchive", providers: [.apt(["libarchive-dev"])]),
        .systemLibrary(
            name: "CSeccomp", pkgConfig: "libseccomp", providers: [.apt(["libseccomp-dev"])]),
        .target(name: "StageMessages", swiftSettings: strict),
        // What curl's variadic functions and the newest system calls need.
        .target(name: "CStage", dependencies: ["CCurl"], cSettings: strictC),
        // What shuts it in: system calls that no library has yet.
        .target(name: "CStageKernel", cSettings: strictC),
        .executableTarget(
            name: "Stage",
            dependencies: [
                "CArchive", "CCurl", "CSeccomp", "CStage", "CStageKernel", "StageMessages",
            ],
            swiftSettings: strict),
        .target(
            name: "Supervisor",
            dependencies: [
                "CLinux", "StageMessages",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .target(
            name: "API",
            dependencies: ["Supervisor", .product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: strict),
        .executableTarget(
            name: "Server",
            dependencies: [
                "API", "CLinux", "CSystemd", "CToml", "Supervisor",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "SimChain",
            dependencies: ["CLinux"],
            path: "Tests/SimChain",
            exclude: ["README.md"],
            swiftSettings: strict),
        .executableTarget(
            name: "Bench",
            dependencies: ["CLinux"],
            path: "Bench",
            exclude: ["Programs"],
            sources: ["Harness"],
            swiftSettings: strict),
        .testTarget(
            name: "SupervisorTests",
            dependencies: [
                "StageMessages", "Supervisor", "CLinux", "CStageKernel",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "StageTests",
            dependencies: ["CLinux", "CStageKernel", "Stage", "StageMessages"],
            exclude: ["Fetch/server.py", "Isolation/intruder.c", "Unpack/make-archives.py"],
            swiftSettings: strict),
        // Takes its nodes from the tests of the supervisor.
        .testTarget(
            name: "APITests",
            dependencies: [
                "API", "Supervisor", "SupervisorTests",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "ServerTests",
            dependencies: [
                "Server", "API", "Supervisor", "CLinux",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "EndToEndTests",
            dependencies: ["Server", "SimChain", "Supervisor", "CLinux"],
            exclude: ["Harness/redis-client.py", "Harness/releases.py"],
            swiftSettings: strict),
        // Takes its harness from the end-to-end tests.
        .testTarget(
            name: "SystemdTests",
            dependencies: ["EndToEndTests", "Server", "SimChain"],
            exclude: ["box", "Harness/request-loop.py"],
            swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)

// `make fuzz` alone says so: the sources as libraries, below the main of libFuzzer.
if Context.environment["SWITCHYARD_FUZZ"] != nil {
    let kept: Set = ["CLinux", "CSystemd", "CToml", "StageMessages", "Supervisor", "API"]
    let server = package.targets.filter { $0.name == "Server" }.flatMap(\.dependencies)
    package.products = []
    package.targets.removeAll { !kept.contains($0.name) }
    package.targets += [
        .target(
            name: "Server", dependencies: server, exclude: ["Main.swift"], swiftSettings: strict),
        .executableTarget(
            name: "Fuzz", dependencies: ["API", "Server", "Supervisor"],
            path: "Tests/Fuzz/Targets", swiftSettings: strict),
    ]
}
