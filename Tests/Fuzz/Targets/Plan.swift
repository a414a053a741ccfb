import FoundationEssentials
import Supervisor

@testable import API

/// A plan that is read has a name and a height, is what a strict reader makes of it, and is the same
/// once it is written anew.
func checkPlan(_ bytes: [UInt8]) {
    for letters in [PlanName.LetterCase.lowered, .kept] {
        guard let plan = try? UpgradePlan(json: bytes, case: letters) else { continue }
        expect(plan.height > 0, "the height is \(plan.height)")
        checkFolder(of: plan.name)
        guard let again = try? UpgradePlan(json: plan.json, case: letters) else {
            fatalError("\(plan) cannot be read again")
        }
        expect(again.isPlain, "a height that we write is no number")
        expect(same(again, plan), "\(again) is \(plan) anew")
        checkAgainstText(plan, bytes)
    }
}

/// Whatever the name, its folder is one below `upgrades`.
private func checkFolder(of name: PlanName) {
    let folder = name.directory
    expect(!folder.isEmpty && folder != "." && folder != "..", "\(folder) is no folder's name")
    expect(folder.utf8.count <= 255, "\(folder) is too long")
    let isPlain = folder.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "/") }
    expect(isPlain, "\(folder) is not plain")
}

private func checkAgainstText(_ plan: UpgradePlan, _ bytes: [UInt8]) {
    guard let text = try? JSONText(bytes), text.repeated.isEmpty else { return }
    let name = text.value["name"]?.string ?? ""
    expect(name.utf8.elementsEqual(plan.name.text.utf8), "the name is \(name)")
    let info = text.value["info"]?.string ?? ""
    expect(info.utf8.elementsEqual(plan.info.utf8), "the info is \(info)")
    switch text.value["height"] {
    case .integer(let height)?: expect(height == plan.height && plan.isPlain, "it is \(height)")
    case .number(let height)?: expect(height == Double(plan.height), "it is \(height)")
    case .string(let height)?:
        expect(Height(height) == plan.height && !plan.isPlain, "it is \(height)")
    case nil, .null?, .bool?, .array?, .object?: fatalError("\(plan) had no height")
    }
}

private func same(_ left: UpgradePlan, _ right: UpgradePlan) -> Bool {
    left.name == right.name && left.name.text.utf8.elementsEqual(right.name.text.utf8)
        && left.height == right.height && left.info.utf8.elementsEqual(right.info.utf8)
}
