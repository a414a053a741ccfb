@testable import API
@testable import Server

/// What is read out of a field's value comes to the same once it is written anew.
///
/// A line is the value of one field.
func checkFields(_ bytes: [UInt8]) {
    let values = bytes.split(separator: UInt8(ascii: "\n")).map { line in
        String(decoding: line.filter(\.isText), as: UTF8.self)
    }
    checkLists(values)
    checkRequestFields(values)
    for value in values {
        checkMediaType(value)
        checkAuthority(value)
        checkToken(value)
    }
}

/// Several fields of a name are one list (RFC 9110 section 5.3).
private func checkLists(_ values: [String]) {
    var several = Headers()
    for value in values { several.append("Accept", value) }
    let joined: Headers = ["Accept": values.joined(separator: " ,\t")]
    let list = several.list("accept")
    expect(same(joined.list("accept"), list), "\(joined) and \(several) are different lists")
    for element in list {
        expect(!element.utf8.contains(UInt8(ascii: ",")), "a comma in an element of \(several)")
        expect(element.utf8.first?.isBlank != true, "a blank before an element of \(several)")
        expect(element.utf8.last?.isBlank != true, "a blank behind an element of \(several)")
    }
    let offers = [
        OfferedType("text/plain", ["version": "0.0.4"]), OfferedType("application/json"),
    ]
    let best = Accept(several).best(of: offers)
    expect(best.map(offers.contains) == true, "what nobody offered is best")
    expect(Accept(joined).best(of: offers) == best, "\(joined) and \(several) like different ones")
    expect(Accept(several).best(of: []) == nil, "there is something where nothing is offered")
}

private func checkMediaType(_ text: String) {
    guard let type = MediaType(text) else { return }
    let written = type.parameters.reduce(type.name) { $0 + "; \($1.key)=\"\($1.value)\"" }
    expect(MediaType(written) == type, "\(text) is another when it is written \(written)")
}

private func checkAuthority(_ text: String) {
    guard let authority = Authority(text) else { return }
    let name = authority.name.contains(":") ? "[\(authority.name)]" : authority.name
    let written = name + (authority.port.map { ":\($0)" } ?? "")
    expect(Authority(written) == authority, "\(text) is another when it is written \(written)")
    if let allowed = AllowedHosts([text]), let host = Authority(text.lowercased()) {
        expect(allowed.contain(host), "\(text) is allowed and refused")
    }
}

private func checkToken(_ text: String) {
    guard let token = Token(authorization: text) else { return }
    let again = Token(authorization: "Bearer " + token.text)
    expect(again?.text == token.text, "a token is another when it is sent again")
}

/// Byte by byte: to compare strings by what they mean would hide a difference.
private func same(_ left: [String], _ right: [String]) -> Bool {
    left.map { Array($0.utf8) } == right.map { Array($0.utf8) }
}
