using System.Text;
using System.Text.RegularExpressions;

namespace MdiQkd.Firmware.Tests.NanoGuard;

/// <summary>
/// Writes C# stubs for the facts: signatures with bodies that throw. What the facts do not show but the compiler needs is added: a
/// constructor that nobody can call, explicit implementations of interface members, a field in every struct.
/// </summary>
internal sealed partial class StubWriter(ApiFacts facts)
{
    private static readonly Dictionary<string, string> KeywordNames = new()
    {
        ["object"] = "Object", ["string"] = "String", ["bool"] = "Boolean", ["byte"] = "Byte", ["sbyte"] = "SByte", ["char"] = "Char",
        ["short"] = "Int16", ["ushort"] = "UInt16", ["int"] = "Int32", ["uint"] = "UInt32", ["long"] = "Int64", ["ulong"] = "UInt64",
        ["float"] = "Single", ["double"] = "Double", ["void"] = "Void",
    };

    private static readonly Dictionary<string, string> Operators = new()
    {
        ["op_Addition"] = "+", ["op_Subtraction"] = "-", ["op_UnaryPlus"] = "+", ["op_UnaryNegation"] = "-", ["op_Equality"] = "==",
        ["op_Inequality"] = "!=", ["op_LessThan"] = "<", ["op_LessThanOrEqual"] = "<=", ["op_GreaterThan"] = ">",
        ["op_GreaterThanOrEqual"] = ">=",
    };

    /// <summary>Source of one assembly.</summary>
    internal string Write(string assembly)
    {
        StringBuilder source = new();
        foreach (ApiType type in facts.Types.Where(type => type.Assembly == assembly && Parent(type) is null))
        {
            string full = FullName(type);
            int dot = full.LastIndexOf('.');
            source.Append("namespace ").Append(full[..dot]).Append(" {\n");
            Write(type, full[(dot + 1)..], source);
            source.Append("}\n");
        }

        return source.ToString();
    }

    private static string FullName(ApiType type) =>
        KeywordNames.TryGetValue(type.FullName, out string? name) ? "System." + name : type.FullName;

    private static string Parameters(string text) => text[(text.IndexOf('(') + 1)..text.LastIndexOf(')')];

    private static string ParameterType(string parameter)
    {
        string bare = parameter.Split(" = ")[0];
        return bare[..bare.LastIndexOf(' ')];
    }

    private static string Signature(string member)
    {
        string head = member[..member.IndexOf('(')];
        return head.Split(' ')[^1] + "(" + string.Join(", ", ApiFacts.SplitList(Parameters(member)).Select(ParameterType)) + ")";
    }

    private ApiType? Parent(ApiType type)
    {
        int dot = type.FullName.LastIndexOf('.');
        return dot > 0 && facts.ByName.TryGetValue(type.FullName[..dot], out ApiType? parent) ? parent : null;
    }

    private void Write(ApiType type, string name, StringBuilder source)
    {
        source.Append(type.Attributes).Append('\n');
        if (type.Kind == "delegate")
        {
            source.Append(type.Header.Replace(type.FullName + "(", name + "(", StringComparison.Ordinal)).Append(";\n");
            return;
        }

        string bases = type.Kind == "enum" ? type.Header[(type.Header.IndexOf(" : ", StringComparison.Ordinal) + 3)..]
            : string.Join(", ", type.Bases);
        source.Append(type.Modifiers).Append(' ').Append(type.Kind).Append(' ').Append(name)
            .Append(bases.Length > 0 ? " : " + bases : "").Append(" {\n");
        foreach ((char kind, string text) in type.Members)
        {
            Write(type, name, kind, text, source);
        }

        foreach (ApiType nested in facts.Types.Where(nested => Parent(nested) == type))
        {
            Write(nested, nested.FullName[(type.FullName.Length + 1)..], source);
        }

        Complete(type, name, source);
        source.Append("}\n");
    }

    private void Write(ApiType type, string name, char kind, string text, StringBuilder source)
    {
        string attributes = ApiFacts.AttributesOf(text);
        string bare = AttributeTail().Replace(text, "");
        string body = type.Kind switch
        {
            "enum" => bare + ",",
            "interface" => bare.Replace("public ", "", StringComparison.Ordinal) + (kind == 'M' ? ";" : ""),
            _ => kind switch
            {
                'F' => Constant(bare) + ";",
                'P' => bare.Contains("abstract ", StringComparison.Ordinal) ? bare : Accessors(bare),
                'E' => bare + " { add { } remove { } }",
                'C' => Constructor(type, name, bare),
                _ => Method(name, bare),
            },
        };
        source.Append(attributes).Append(body).Append('\n');
    }

    private static string Accessors(string property) =>
        property.Replace("get;", "get => throw null;", StringComparison.Ordinal)
            .Replace("set;", "set => throw null;", StringComparison.Ordinal)
            .Replace("init;", "init => throw null;", StringComparison.Ordinal);

    private static string Constant(string field)
    {
        Match real = RealConstant().Match(field);
        if (!real.Success)
        {
            return field;
        }

        string suffix = real.Groups[1].Value == "float" ? "f" : "d";
        string value = real.Groups[2].Value switch
        {
            "Infinity" => $"1{suffix} / 0{suffix}",
            "-Infinity" => $"-1{suffix} / 0{suffix}",
            "NaN" => $"0{suffix} / 0{suffix}",
            var number => number + suffix,
        };
        return field[..real.Groups[2].Index] + value;
    }

    private string Method(string name, string method)
    {
        if (method.Contains(" Finalize()", StringComparison.Ordinal))
        {
            return $"~{name}() {{ }}";
        }

        string written = Defaults(method);
        Match op = OperatorName().Match(written);
        if (op.Success)
        {
            string returns = op.Groups[1].Value;
            written = op.Groups[2].Value switch
            {
                "op_Implicit" => written.Replace($"{returns} op_Implicit", $"implicit operator {returns}", StringComparison.Ordinal),
                "op_Explicit" => written.Replace($"{returns} op_Explicit", $"explicit operator {returns}", StringComparison.Ordinal),
                var o => written.Replace(o + "(", $"operator {Operators[o]}(", StringComparison.Ordinal),
            };
        }

        return written.Contains("abstract ", StringComparison.Ordinal) ? written + ";" : written + " => throw null;";
    }

    private string Constructor(ApiType type, string name, string constructor)
    {
        int open = constructor.IndexOf('(');
        string modifiers = constructor[..open].Split(' ')[0];
        return $"{modifiers} {name}{Defaults(constructor[open..])}{BaseCall(type)} => throw null;";
    }

    private string Defaults(string member) => DefaultValue().Replace(
        member,
        match => facts.ByName.TryGetValue(match.Groups[1].Value, out ApiType? type) && type.Kind == "enum"
            ? $"{match.Groups[1].Value} {match.Groups[2].Value} = ({match.Groups[1].Value}){match.Groups[3].Value}"
            : match.Value);

    private string BaseCall(ApiType type)
    {
        ApiType? parent = BaseClass(type);
        if (parent is null || type.Kind != "class")
        {
            return "";
        }

        List<string> constructors = [.. parent.Members.Where(member => member.Kind == 'C').Select(member => member.Text)];
        if (constructors.Count == 0 || constructors.Any(c => Parameters(c).Length == 0))
        {
            return "";
        }

        IEnumerable<string> arguments = ApiFacts.SplitList(Parameters(constructors[0])).Select(p => $"default({ParameterType(p)})");
        return $" : base({string.Join(", ", arguments)})";
    }

    private ApiType? BaseClass(ApiType type) =>
        type.Bases.Select(name => facts.ByName.GetValueOrDefault(name)).FirstOrDefault(found => found?.Kind == "class");

    private void Complete(ApiType type, string name, StringBuilder source)
    {
        if (type.FullName == "object")
        {
            source.Append("~Object() { }\n");
        }

        bool isStatic = type.Modifiers.Split(' ').Contains("static");
        if (type.Kind == "class" && !isStatic && type.Members.All(member => member.Kind != 'C'))
        {
            source.Append($"internal {name}(){BaseCall(type)} {{ }}\n");
        }

        if (type.Kind == "struct")
        {
            bool isReadOnly = type.Modifiers.Contains("readonly", StringComparison.Ordinal);
            source.Append(isReadOnly ? "private readonly int stub;\n" : "private int stub;\n");
        }

        if (type.Kind is "class" or "struct")
        {
            foreach (ApiType implemented in Interfaces(type).Distinct())
            {
                Implement(type, implemented, source);
            }
        }
    }

    private IEnumerable<ApiType> Interfaces(ApiType type) =>
        type.Bases.Select(name => facts.ByName.GetValueOrDefault(name)).OfType<ApiType>().Where(found => found.Kind == "interface")
            .SelectMany(found => Interfaces(found).Prepend(found));

    private void Implement(ApiType type, ApiType implemented, StringBuilder source)
    {
        foreach ((char kind, string text) in implemented.Members)
        {
            string member = text.Replace("public ", "", StringComparison.Ordinal);
            if (kind == 'M' && !Has(type, m => m.Kind == 'M' && m.Text.Contains('(') && Signature(m.Text) == Signature(member)))
            {
                int name = member.IndexOf(Signature(member).Split('(')[0] + "(", StringComparison.Ordinal);
                source.Append(member[..name]).Append(implemented.FullName).Append('.').Append(member[name..]).Append(" => throw null;\n");
            }
            else if (kind == 'P' && !Has(type, m => m.Kind == 'P' && SameProperty(m.Text, member)))
            {
                string accessors = Accessors(member);
                int space = accessors.IndexOf(' ') + 1;
                source.Append(accessors[..space]).Append(implemented.FullName).Append('.').Append(accessors[space..]).Append('\n');
            }
        }
    }

    private bool Has(ApiType type, Func<(char Kind, string Text), bool> isSame)
    {
        for (ApiType? at = type; at is not null; at = BaseClass(at))
        {
            if (at.Members.Any(member => member.Text.StartsWith("public ", StringComparison.Ordinal) && isSame(member)))
            {
                return true;
            }
        }

        return false;
    }

    private static bool SameProperty(string declared, string wanted) =>
        declared.Contains(' ' + wanted[..(wanted.IndexOf('{') - 1)] + " {", StringComparison.Ordinal);

    [GeneratedRegex(@" \[(AttributeUsage|Flags|Obsolete|Conditional|IndexerName)(\(.*\))?\]$")]
    private static partial Regex AttributeTail();

    [GeneratedRegex(@"const (float|double) \w+ = (.*)$")]
    private static partial Regex RealConstant();

    [GeneratedRegex(@"(\S+) (op_\w+)\(")]
    private static partial Regex OperatorName();

    [GeneratedRegex(@"([\w.]+) (\w+) = (-?\w+)")]
    private static partial Regex DefaultValue();
}
