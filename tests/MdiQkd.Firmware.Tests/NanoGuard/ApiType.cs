namespace MdiQkd.Firmware.Tests.NanoGuard;

/// <summary>A type of the facts file with the lines of its members.</summary>
/// <param name="Assembly">Assembly that it lies in.</param>
/// <param name="Declaration">The T line: modifiers, kind, full name, bases, attributes.</param>
internal sealed record ApiType(string Assembly, string Declaration)
{
    private static readonly string[] Kinds = ["class", "struct", "interface", "enum", "delegate"];

    /// <summary>Members as (letter, declaration).</summary>
    internal List<(char Kind, string Text)> Members { get; } = [];

    /// <summary>class, struct, interface, enum or delegate.</summary>
    internal string Kind => Kinds.First(kind => Header.Split(' ').Contains(kind));

    /// <summary>Full name as the facts file writes it: keywords for primitive types.</summary>
    internal string FullName
    {
        get
        {
            string[] words = Header.Split(' ');
            int kind = Array.IndexOf(words, Kind);
            return Kind != "delegate" ? words[kind + 1] : Header[..Header.IndexOf('(')].Split(' ')[^1];
        }
    }

    /// <summary>Modifiers before the kind.</summary>
    internal string Modifiers => Header[..Header.IndexOf(Kind, StringComparison.Ordinal)].Trim();

    /// <summary>Base types, direct ones as listed.</summary>
    internal string[] Bases => Kind is not "delegate" and not "enum" && Header.Contains(" : ", StringComparison.Ordinal)
        ? [.. ApiFacts.SplitList(Header[(Header.IndexOf(" : ", StringComparison.Ordinal) + 3)..])]
        : [];

    /// <summary>The declaration without attributes.</summary>
    internal string Header => Declaration.Split(" [")[0];

    /// <summary>Attributes behind the declaration, with brackets.</summary>
    internal string Attributes => ApiFacts.AttributesOf(Declaration);
}
