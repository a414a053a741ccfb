import FoundationEssentials
import Supervisor

@testable import API

/// A manifest that is read is the same once it is written anew, lists nothing outside of its folder,
/// and is what a strict reader makes of it.
func checkManifest(_ bytes: [UInt8]) {
    guard let manifest = try? ReleaseManifest(json: bytes) else { return }
    guard let again = try? ReleaseManifest(json: Array(manifest.json.utf8)) else {
        fatalError("\(manifest.json) is not read")
    }
    expect(again.json == manifest.json, "\(manifest.json) is another manifest")
    for platform in manifest.platforms.values {
        for path in platform.files.keys {
            let parts = path.split(separator: "/", omittingEmptySubsequences: false)
            expect(
                parts.allSatisfy { $0 != "" && $0 != "." && $0 != ".." },
                "\(path) is not below its folder")
        }
    }
    guard let text = try? JSONText(bytes) else { return }
    expect(text.repeated.isEmpty, "a member is there twice: \(text.repeated)")
    let plan = text.value["plan"]?.string ?? ""
    expect(plan.utf8.elementsEqual(manifest.plan.utf8), "the plan is \(plan)")
    expect(text.value["chain_id"]?.string == manifest.chainID, "the chain is another")
}
