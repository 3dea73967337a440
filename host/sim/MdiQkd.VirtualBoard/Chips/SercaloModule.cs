namespace MdiQkd.VirtualBoard.Chips;

/// <summary>A serial switch module, Sercalo RSC class: commands EF EF, replies FE FE. Port <c>DarkPort</c> has no fibre.</summary>
public sealed class SercaloModule
{
    private readonly SwitchMechanics mechanics;
    private readonly List<byte> received = [];

    /// <summary>Makes a module.</summary>
    /// <param name="mechanics">What it moves.</param>
    public SercaloModule(SwitchMechanics mechanics)
    {
        this.mechanics = mechanics;
    }

    /// <summary>Port without fibre: the one after the last.</summary>
    public int DarkPort => mechanics.Ports + 1;

    /// <summary>Bytes that the module has sent.</summary>
    public Queue<byte> Output { get; } = new();

    /// <summary>Whether it says nothing.</summary>
    public bool IsMute { get; set; }

    /// <summary>Replies with a wrong checksum, counted down to 0.</summary>
    public int DamagedReplies { get; set; }

    /// <summary>Error byte of every reply to a set command: 0 ok, 3 failure.</summary>
    public byte ErrorCode { get; set; }

    /// <summary>A byte from the board.</summary>
    public void Receive(byte value)
    {
        received.Add(value);
        while (received.Count > 0 && (received[0] != 0xEF || (received.Count > 1 && received[1] != 0xEF)))
        {
            received.RemoveAt(0);
        }

        if (received.Count >= 3 && received.Count == 3 + received[2])
        {
            byte[] command = [.. received];
            received.Clear();
            Act(command);
        }
    }

    private void Act(byte[] command)
    {
        if (IsMute)
        {
            return;
        }

        bool isSound = command[^1] == (byte)command[..^1].Sum(b => b);
        byte code = command[4];
        byte error = !isSound ? (byte)4 : code is not (2 or 4) ? (byte)1 : code == 4 ? ErrorCode : (byte)0;
        if (error == 0 && code == 4)
        {
            mechanics.MoveTo(command[5] == DarkPort ? 0 : command[5]);
        }

        int position = mechanics.Position;
        byte port = position < 0 ? (byte)0xFF : position == 0 ? (byte)DarkPort : (byte)position;
        byte[] reply = [0xFE, 0xFE, 5, 0x01, code, error, port, 0];
        reply[^1] = (byte)reply[..^1].Sum(b => b);
        if (DamagedReplies > 0)
        {
            DamagedReplies--;
            reply[^1] ^= 0x10;
        }

        foreach (byte b in reply)
        {
            Output.Enqueue(b);
        }
    }
}
