import API
import Testing

@testable import Server

struct SettingsTests {
    private static let required = ["DAEMON_HOME": "/home/node", "DAEMON_NAME": "dummyd"]

    @Test func `every variable that is read is shown with its origin`() throws {
        let environment = Self.required.merging(["SWITCHYARD_METRICS_OPEN": "true"]) { $1 }
        let settings = try Configuration(environment: environment).settings
        let names = Variable.allCases.filter { $0 != .logBufferSize }.map(\.rawValue)
        #expect(Set(settings.map(\.name)) == Set(names))
        #expect(settings.count == names.count)
        let listed = [
            Setting(name: "DAEMON_HOME", value: "/home/node", origin: "environment"),
            Setting(name: "DAEMON_SHUTDOWN_GRACE", value: "30s", origin: "default"),
            Setting(name: "DAEMON_RPC_ADDRESS", value: nil, origin: "default"),
            Setting(name: "SWITCHYARD_METRICS_OPEN", value: "true", origin: "environment"),
        ]
        for setting in listed { #expect(settings.contains(setting)) }
    }

    @Test func `a value of a file or a flag says so`() throws {
        let file = try ConfigFile(path: "/c", bytes: Array("daemon_shutdown_grace = '5s'".utf8))
        let settings = try Configuration(
            ConfigurationSources(
                flags: [.logFormat: "json"], environment: Self.required, file: file)
        ).settings
        for setting in [
            Setting(name: "DAEMON_SHUTDOWN_GRACE", value: "5s", origin: "file"),
            Setting(name: "SWITCHYARD_LOG_FORMAT", value: "json", origin: "flag"),
            Setting(name: "COSMOVISOR_TIMEFORMAT_LOGS", value: "kitchen", origin: "default"),
        ] {
            #expect(settings.contains(setting))
        }
    }

    @Test func `no secret of an address or of the environment is shown`() throws {
        let environment = Self.required.merging([
            "DAEMON_RPC_ADDRESS": "http://me:canary1@127.0.0.1:26657/rpc?key=canary2#canary3",
            "DAEMON_GRPC_ADDRESS": "me:canary4@localhost:9090",
            "HTTPS_PROXY": "http://me:canary5@proxy:3128", "GAIAD_MNEMONIC": "canary6",
        ]) { $1 }
        let settings = try Configuration(environment: environment).settings
        for setting in settings { #expect(setting.value?.contains("canary") != true) }
        let address = settings.first { $0.name == "DAEMON_RPC_ADDRESS" }
        #expect(address?.value == "http://127.0.0.1:26657/rpc")
    }

    @Test(arguments: [
        ("/data/a@b/c?d", "/data/a@b/c?d"), ("unix:/run/api.sock?auth=token", nil),
        ("unix:/run/a.sock,tcp:127.0.0.1:80", nil), ("https://h", nil), ("https://@h", "https://h"),
        ("https://u:p@h", "https://h"), ("https://u:p@@h/x", "https://h/x"),
        ("https://h?q@r", "https://h"), ("https://h/a@b", nil), ("u:p@h:1", "h:1"),
        ("a,https://u@h,b", "a,https://h,b"), ("", nil), ("1m30s", nil),
    ])
    func `what is no secret stays`(text: String, shown: String?) {
        #expect(withoutSecrets(text) == shown ?? text)
    }
}
