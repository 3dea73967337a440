using MdiQkd.Firmware.Ports;
using Microsoft.Win32.SafeHandles;

namespace MdiQkd.VirtualBoard.Links;

/// <summary>
/// A pseudo-terminal: the host opens it like the serial port of a board. Open while a host has it open, as a USB serial adapter whose
/// DTR line the board watches.
/// </summary>
public sealed class TerminalBoardLink : IByteLink, IDisposable
{
    private readonly SafeFileHandle master;
    private readonly string link;

    /// <summary>Makes the terminal.</summary>
    /// <param name="link">Symbolic link to it, made new, removed with the terminal; empty = none, <see cref="Address"/> is the terminal itself.</param>
    /// <exception cref="IOException">No terminal, or the link's name is taken.</exception>
    /// <exception cref="PlatformNotSupportedException">Not Linux.</exception>
    public TerminalBoardLink(string link)
    {
        ArgumentNullException.ThrowIfNull(link);
        if (!OperatingSystem.IsLinux())
        {
            throw new PlatformNotSupportedException("pseudo-terminals are supported on Linux only: use TCP");
        }

        master = PseudoTerminal.Open(out string name);
        this.link = link.Length > 0 ? Path.GetFullPath(link) : "";
        Address = this.link.Length > 0 ? this.link : name;
        try
        {
            if (this.link.Length > 0)
            {
                RemoveDeadLink();
                File.CreateSymbolicLink(this.link, name);
            }
        }
        catch
        {
            master.Dispose();
            throw;
        }
    }

    /// <summary>What a host opens.</summary>
    public string Address { get; }

    /// <inheritdoc/>
    public bool IsOpen => !PseudoTerminal.IsHungUp(master);

    /// <inheritdoc/>
    public int Read(byte[] buffer, int offset, int count) =>
        count == 0 ? 0 : Judge(PseudoTerminal.Read(master, buffer.AsSpan(offset, count)));

    /// <inheritdoc/>
    public int Write(byte[] buffer, int offset, int count) => Judge(PseudoTerminal.Write(master, buffer.AsSpan(offset, count)));

    /// <inheritdoc/>
    public void Dispose()
    {
        if (link.Length > 0)
        {
            File.Delete(link);
        }

        master.Dispose();
    }

    // A board that was killed leaves its link behind; what it points to is no terminal of ours, so only links are removed.
    private void RemoveDeadLink()
    {
        if (new FileInfo(link) is { LinkTarget: not null } old)
        {
            old.Delete();
        }
    }

    private static int Judge(int result) =>
        result >= 0 ? result
        : result is -PseudoTerminal.ErrorAgain or -PseudoTerminal.ErrorIo or -PseudoTerminal.ErrorInterrupted ? 0
        : throw new IOException($"the pseudo-terminal failed with error {-result}");
}
