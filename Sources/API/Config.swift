/// One effective setting of the supervisor, as plain text.
package struct Setting: Sendable, Equatable {
    /// As operators write it.
    package let name: String
    /// Nil when it is not set and has no default.
    package let value: String?
    /// Where the value comes from.
    package let origin: String

    package init(name: String, value: String?, origin: String) {
        self.name = name
        self.value = value
        self.origin = origin
    }
}

/// `/v1/config`: the settings this run began with.
struct ConfigResource: Sendable {
    private let representation: Representation

    init(_ settings: [Setting]) {
        representation = Representation(
            type: "application/json",
            bytes: jsonBytes(of: List(items: settings.map(SettingBody.init))))
    }

    @Sendable func config(_ call: Call) -> Response {
        representation.answer(to: call.request)
    }
}

private struct SettingBody: Encodable {
    let name: String
    @Nullable var value: String?
    let origin: String

    enum CodingKeys: String, CodingKey {
        case name, value, origin
    }

    init(_ setting: Setting) {
        name = setting.name
        value = setting.value
        origin = setting.origin
    }
}
