using System.Diagnostics.CodeAnalysis;

namespace MdiQkd.Cli.Commands.Bench;

/// <summary>Names of instruction sets on the command line, for kernels whose own enumerations have these four members.</summary>
internal static class BenchPaths
{
    /// <summary>The fastest path of the machine.</summary>
    internal const string Auto = "auto";

    /// <summary>All names.</summary>
    internal static readonly string[] Names = [Auto, "512", "256", "128", "portable"];

    /// <summary>The path that a name stands for; false and one line when this machine lacks its instructions.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="widest">Paths of 512, 256 and 128 bits, then the portable one.</param>
    /// <param name="fastest">What "auto" stands for.</param>
    /// <param name="isSupported">Whether the machine has a path.</param>
    /// <param name="path">The path.</param>
    /// <param name="fault">Why there is none.</param>
    internal static bool TryFind<TPath>(
        string name,
        ReadOnlySpan<TPath> widest,
        TPath fastest,
        Func<TPath, bool> isSupported,
        out TPath path,
        [NotNullWhen(false)] out string? fault)
    {
        path = name == Auto ? fastest : widest[Array.IndexOf(Names, name) - 1];
        fault = isSupported(path) ? null : $"--path {name}: this machine lacks the instructions; auto stands for {Name(widest, fastest)}";
        return fault is null;
    }

    /// <summary>The name of a path, never "auto".</summary>
    internal static string Name<TPath>(ReadOnlySpan<TPath> widest, TPath path)
    {
        int index = 0;
        while (!EqualityComparer<TPath>.Default.Equals(widest[index], path))
        {
            index++;
        }

        return Names[index + 1];
    }
}
