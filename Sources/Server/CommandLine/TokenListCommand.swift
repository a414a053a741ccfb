import API
import ArgumentParser
import FoundationEssentials
import Supervisor

/// Shows which tokens there are, without what would give one away.
struct TokenListCommand: ProgramCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Show the tokens there are, without their secrets.",
        discussion: "Those of a systemd credential are not in the list.")

    enum Format: String, CaseIterable, ExpressibleByArgument {
        case text, json
    }

    @Option(name: .shortAndLong, help: "text or json.")
    var output = Format.text

    func run(in program: Program) throws -> Int32 {
        let store = try program.tokenStore()
        let list = try store.list()
        let items = list.entries.map { Item($0, now: .now) }
        switch output {
        case .json:
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys]
            Output.standard.line(
                String(decoding: try encoder.encode(["items": items]), as: UTF8.self))
        case .text: Output.standard.line(Self.table(items))
        }
        for line in list.broken {
            Output.errors.line(
                "Warning: \(store.file.path): line \(line.number) does not count: \(line.error)")
        }
        return 0
    }

    private static func table(_ items: [Item]) -> String {
        let head = ["ID", "SCOPE", "CREATED", "EXPIRES", "LABEL"]
        let rows = [head] + items.map(\.cells)
        let widths = head.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = zip(row, widths).map { cell, width in
                cell + String(repeating: " ", count: width - cell.count)
            }
            return String(cells.joined(separator: "  ").reversed().drop { $0 == " " }.reversed())
        }.joined(separator: "\n")
    }

    private struct Item: Encodable {
        let id: String
        let scope: String
        let createdAt: String
        let expiresAt: String?
        let isExpired: Bool
        let label: String?

        init(_ entry: TokenEntry, now: Date) {
            id = "\(entry.id)"
            scope = entry.scope.rawValue
            createdAt = Timestamp(entry.createdAt).rfc3339
            expiresAt = entry.expiresAt.map { Timestamp($0).rfc3339 }
            isExpired = entry.hasExpired(at: now)
            label = entry.label?.text
        }

        var cells: [String] {
            let end = (expiresAt ?? "never") + (isExpired ? " (expired)" : "")
            return [id, scope, createdAt, end, label ?? ""]
        }

        enum CodingKeys: String, CodingKey {
            case id, scope, label
            case createdAt = "created_at"
            case expiresAt = "expires_at"
            case isExpired = "expired"
        }

        /// By hand, because what is not known is null and not left out.
        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(id, forKey: .id)
            try container.encode(scope, forKey: .scope)
            try container.encode(createdAt, forKey: .createdAt)
            try container.encode(expiresAt, forKey: .expiresAt)
            try container.encode(isExpired, forKey: .isExpired)
            try container.encode(label, forKey: .label)
        }
    }
}
