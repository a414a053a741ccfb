import FoundationEssentials
import Supervisor

@testable import API

/// What our reader takes, the library's takes, too, and understands the same.
///
/// It may take more. Where members are there twice, ours says so, and the two may differ.
func checkJSON(_ bytes: [UInt8]) {
    let text: JSONText
    do {
        text = try JSONText(bytes)
    } catch {
        return expect((0...bytes.count).contains(error.offset), "\(error) lies outside")
    }
    expect(depth(text.value) <= JSONText.depthLimit, "it is deeper than the limit")
    guard text.repeated.isEmpty else { return }
    guard let other = try? JSONDecoder().decode(JSONValue.self, from: Data(bytes)) else {
        fatalError("the library does not read \(text.value)")
    }
    expect(same(text.value, other), "\(text.value) is \(other) to the library")
    let written = jsonBytes(of: text.value)
    guard let again = try? JSONText(written) else { fatalError("what we write is no JSON") }
    expect(same(text.value, again.value) && again.repeated.isEmpty, "\(again) is \(text) anew")
}

private func depth(_ value: JSONValue) -> Int {
    switch value {
    case .null, .bool, .integer, .number, .string: 0
    case .array(let values): 1 + (values.map(depth).max() ?? 0)
    case .object(let members): 1 + (members.values.map(depth).max() ?? 0)
    }
}

/// Strings byte by byte, numbers almost: the library takes 1.0 for an integer.
///
/// It also rounds otherwise where an integer of 53 bits and more has a fraction.
private func same(_ left: JSONValue, _ right: JSONValue) -> Bool {
    switch (left, right) {
    case (.number(let left), .integer(let right)): abs(left - Double(right)) <= left.ulp
    case (.string(let left), .string(let right)): left.utf8.elementsEqual(right.utf8)
    case (.array(let left), .array(let right)):
        left.count == right.count && zip(left, right).allSatisfy(same)
    case (.object(let left), .object(let right)):
        left.count == right.count
            && left.allSatisfy { name, value in right[name].map { same(value, $0) } ?? false }
    default: left == right
    }
}
