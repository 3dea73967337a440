using System.Text;

namespace MdiQkd.Evaluation.KeyLengths;

/// <summary>
/// Makes JSON of what many programs write for numbers that JSON lacks: the bare words NaN, Infinity and -Infinity become strings, so
/// that a reader can name the field that holds one.
/// </summary>
internal static class NonFiniteNumbers
{
    private static readonly string[] Words = ["-Infinity", "Infinity", "NaN"];

    /// <summary>The text with those words in quotes; words inside strings stay as they are.</summary>
    internal static string Quote(string text)
    {
        if (!Words.Any(word => text.Contains(word, StringComparison.Ordinal)))
        {
            return text;
        }

        StringBuilder quoted = new(text.Length + 64);
        bool inString = false;
        for (int i = 0; i < text.Length; i++)
        {
            if (inString && text[i] == '\\' && i + 1 < text.Length)
            {
                quoted.Append(text[i]).Append(text[++i]);
                continue;
            }

            inString ^= text[i] == '"';
            string? word = inString ? null : Words.FirstOrDefault(w => string.CompareOrdinal(text, i, w, 0, w.Length) == 0);
            if (word is null)
            {
                quoted.Append(text[i]);
            }
            else
            {
                quoted.Append('"').Append(word).Append('"');
                i += word.Length - 1;
            }
        }

        return quoted.ToString();
    }
}
