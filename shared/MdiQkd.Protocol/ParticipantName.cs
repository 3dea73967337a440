namespace MdiQkd.Protocol;

/// <summary>Names of nodes and hubs: they appear in certificates, file names and authenticated contents.</summary>
public static class ParticipantName
{
    /// <summary>Longest name.</summary>
    public const int LengthMax = 63;

    /// <summary>The rule in words, for error messages.</summary>
    public const string Rule = "a name is 1 to 63 of a-z, 0-9 and '-', beginning with a letter";

    /// <summary>Whether a name follows the rule.</summary>
    public static bool IsValid(string? name) =>
        name is { Length: > 0 and <= LengthMax } && char.IsAsciiLetterLower(name[0])
        && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    /// <summary>Whether <paramref name="name"/> is user A, the key reference, towards <paramref name="peer"/>: the ordinally lower name.</summary>
    public static bool IsReference(string name, string peer) => string.CompareOrdinal(name, peer) < 0;
}
