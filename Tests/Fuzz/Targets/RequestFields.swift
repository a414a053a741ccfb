import Supervisor

@testable import API
@testable import Server

/// Fields that say how a request is to be taken: what is read is within bounds, and written anew it
/// is read again as the same.
func checkRequestFields(_ values: [String]) {
    for value in values {
        checkIdempotencyKey(value)
        checkLocation(value)
    }
    checkPatience(values)
    checkPreconditions(values)
}

private func read(_ fields: [String]) -> Operation.IdempotencyKey? {
    var headers = Headers()
    for field in fields { headers.append("Idempotency-Key", field) }
    let request = Request(
        method: .post, target: API.Target(path: "/", segments: [""], query: []), headers: headers,
        caller: .anonymous)
    return try? Operation.IdempotencyKey(of: request, body: [])
}

private func checkIdempotencyKey(_ field: String) {
    guard let key = read([field]) else { return }
    expect((1...128).contains(key.text.utf8.count), "a key of \(key.text.utf8.count) bytes")
    expect(key.text.utf8.allSatisfy { (0x20...0x7e).contains($0) }, "a key is not plain")
    let quoted = key.text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    let again = read(["\"\(quoted)\""])
    expect(again == key, "\(key) is another when it is sent again")
    expect(read([field, field]) == nil, "two keys are one")
}

/// Whatever a resource is called, its Location leads to it.
private func checkLocation(_ name: String) {
    guard !name.utf8.contains(0) else { return }
    let path = Location("v1", name, "x").path
    let target = API.Target(originForm: Array(path.utf8)[...])
    let segments = target?.segments.map { Array($0.utf8) }
    expect(segments == ["v1", name, "x"].map { Array($0.utf8) }, "\(path) leads elsewhere")
}

private func checkPatience(_ values: [String]) {
    var several = Headers()
    for value in values { several.append("Prefer", value) }
    let joined: Headers = ["Prefer": values.joined(separator: ", ")]
    let patience = Patience(preferredIn: several)
    expect(Patience(preferredIn: joined) == patience, "\(several) and \(joined) wait for others")
    guard let patience else { return }
    expect((0...Patience.limit).contains(patience.seconds), "a patience of \(patience.seconds)")
    let again: Headers = ["Prefer": patience.applied.value]
    expect(Patience(preferredIn: again) == patience, "\(patience) is another once it was applied")
}

/// A tag that is named is met, and no tag is both to be there and not to be.
private func checkPreconditions(_ values: [String]) {
    var headers = Headers()
    for value in values {
        headers.append("If-Match", value)
        headers.append("If-None-Match", value)
    }
    let conditions = Preconditions(headers)
    let tags = headers.list("if-match")
    expect(conditions.hasMatch == !tags.isEmpty, "\(headers) has a condition and has not")
    // We give out strong ones only.
    for tag in tags where !tag.hasPrefix("w/") {
        expect(conditions.matches(tag), "\(tag) is not met")
        expect(!conditions.allowsReplacing(tag), "\(tag) may be replaced")
    }
    expect(!conditions.hasMatch || !conditions.matches(nil), "nothing is met")
    expect(conditions.allowsReplacing(nil), "nothing may not be replaced")
}
