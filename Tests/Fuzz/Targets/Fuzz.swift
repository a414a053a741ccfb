import Glibc

/// A parser to be fuzzed, named as its corpus is; `make fuzz` runs them one by one.
///
/// Besides not to crash, each has to keep what its file says of it.
enum Target: String, CaseIterable {
    case head, chunks, fields, json, plan, chain, elf, sshsig, signers, manifest
    case planInfo = "plan-info"
    case configFile = "config-file"

    /// The one this process is for, from `FUZZ_TARGET`.
    ///
    /// A mistake there is that of who starts the process, and no input's, so that it may trap.
    static let chosen: Target = {
        let names = allCases.map(\.rawValue).joined(separator: ", ")
        guard let name = getenv("FUZZ_TARGET").map({ String(cString: $0) }),
            let target = Target(rawValue: name)
        else { fatalError("FUZZ_TARGET must be one of \(names)") }
        return target
    }()

    func run(_ bytes: [UInt8]) {
        switch self {
        case .head: checkHead(bytes)
        case .chunks: checkChunks(bytes)
        case .fields: checkFields(bytes)
        case .json: checkJSON(bytes)
        case .plan: checkPlan(bytes)
        case .chain: checkChain(bytes)
        case .planInfo: checkPlanInfo(bytes)
        case .elf: checkELF(bytes)
        case .sshsig: checkSignature(bytes)
        case .signers: checkSigners(bytes)
        case .manifest: checkManifest(bytes)
        case .configFile: checkConfigFile(bytes)
        }
    }
}

/// What libFuzzer, whose `main` this process has, calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
func testOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
    Target.chosen.run(Array(UnsafeBufferPointer(start: data, count: size)))
    return 0
}

/// A finding ends the process; libFuzzer then keeps the input, which it does of nothing else than a
/// crash: wherever these targets trap, that is what is meant.
func expect(_ holds: Bool, _ finding: @autoclosure () -> String) {
    guard !holds else { return }
    fatalError(finding())
}
