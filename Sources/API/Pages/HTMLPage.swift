/// A page of text and links: no script, no style, no picture.
struct HTMLPage: Sendable {
    let title: String
    let body: [Element]

    /// One block of a page.
    enum Element: Sendable {
        case heading(String)
        case paragraph([Piece])
        case links([(path: String, text: String)])
    }

    /// A part of a paragraph.
    enum Piece: Sendable {
        case text(String)
        case code(String)
        case link(path: String, text: String)
    }

    /// Nothing may be loaded or run, and nobody may frame the page or send a form from it.
    static let policy = Response.Header(
        "Content-Security-Policy",
        "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")

    static let type = "text/html; charset=utf-8"

    var html: String {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width">
        <meta name="color-scheme" content="light dark">
        <title>\(escaped(title))</title>
        </head>
        <body>
        <h1>\(escaped(title))</h1>
        \(body.map(Self.html).joined(separator: "\n"))
        </body>
        </html>

        """
    }

    private static func html(of element: Element) -> String {
        switch element {
        case .heading(let text): return "<h2>\(escaped(text))</h2>"
        case .paragraph(let pieces): return "<p>" + pieces.map(html).joined() + "</p>"
        case .links(let links):
            let items = links.map { "<li>" + html(of: Piece.link(path: $0, text: $1)) + "</li>" }
            return "<ul>\n" + items.joined(separator: "\n") + "\n</ul>"
        }
    }

    private static func html(of piece: Piece) -> String {
        switch piece {
        case .text(let text): escaped(text)
        case .code(let text): "<code>\(escaped(text))</code>"
        case .link(let path, let text): "<a href=\"\(escaped(path))\">\(escaped(text))</a>"
        }
    }
}

/// The text with every character replaced that means something to HTML, in attributes too.
private func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "&": result += "&amp;"
        case "<": result += "&lt;"
        case ">": result += "&gt;"
        case "\"": result += "&quot;"
        case "'": result += "&#39;"
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result
}
