import Testing
import Yams

/// As much of JSON Schema as the document uses.
extension OpenAPITests {
    func expect(_ value: Node, fits schema: Node, at place: String) {
        var schema = schema
        if let reference = schema["$ref"]?.string, let target = resolve(reference) {
            schema = target
        }
        if let choices = schema["oneOf"]?.sequence {
            let fitting = choices.filter { choice in
                (choice["type"]?.string == "null") == (kind(of: value) == "null")
            }
            guard let choice = fitting.first else {
                Issue.record("\(place): no choice fits")
                return
            }
            return expect(value, fits: choice, at: place)
        }
        var types = schema["type"]?.sequence.map { $0.compactMap(\.scalar?.string) } ?? []
        if let type = schema["type"]?.scalar?.string { types = [type] }
        let found = kind(of: value)
        let isType = types.contains(found) || found == "integer" && types.contains("number")
        #expect(isType, "\(place): \(found) is none of \(types)")
        if let values = schema["enum"]?.sequence.map({ $0.compactMap(\.scalar?.string) }) {
            #expect(values.contains(value.scalar?.string ?? ""), "\(place)")
        }
        expectMembers(value, fit: schema, at: place)
    }

    private func expectMembers(_ value: Node, fit schema: Node, at place: String) {
        if let items = value.sequence, let schema = schema["items"] {
            for item in items { expect(item, fits: schema, at: place + "[]") }
        }
        guard let members = value.mapping, let properties = schema["properties"]?.mapping else {
            return
        }
        let names = Set(members.keys.compactMap(\.scalar?.string))
        let required = schema["required"]?.sequence.map { $0.compactMap(\.scalar?.string) } ?? []
        #expect(names.isSubset(of: properties.keys.compactMap(\.scalar?.string)), "\(place)")
        #expect(names.isSuperset(of: required), "\(place)")
        for (name, member) in members {
            guard let property = properties[name] else { continue }
            expect(member, fits: property, at: "\(place).\(name.scalar?.string ?? "")")
        }
    }

    private func kind(of value: Node) -> String {
        switch value {
        case .mapping: "object"
        case .sequence: "array"
        case .scalar(let scalar):
            if scalar.style == .doubleQuoted || scalar.style == .singleQuoted {
                "string"
            } else if value.null != nil {
                "null"
            } else if value.bool != nil {
                "boolean"
            } else if value.int != nil {
                "integer"
            } else {
                value.float != nil ? "number" : "string"
            }
        case .alias: "alias"
        }
    }

    func resolve(_ reference: String) -> Node? {
        reference.split(separator: "/").dropFirst().reduce(document) { node, part in
            node?[String(part)]
        }
    }

    func references(in node: Node) -> [String] {
        switch node {
        case .mapping(let mapping):
            mapping.flatMap { key, value in
                key.string == "$ref" ? [value.string ?? ""] : references(in: value)
            }
        case .sequence(let sequence): sequence.flatMap(references)
        case .scalar, .alias: []
        }
    }
}
