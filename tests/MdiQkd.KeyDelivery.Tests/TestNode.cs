using MdiQkd.KeyDelivery.Agreement;
using MdiQkd.KeyDelivery.Storage;
using MdiQkd.Protocol;
using Microsoft.Extensions.Logging;

namespace MdiQkd.KeyDelivery.Tests;

/// <summary>One node: store file, agreement and link. Can be closed, or crashed with the disk image of that moment.</summary>
internal sealed class TestNode : IDisposable
{
    private readonly LossyNetwork network;
    private readonly StorageKey key = new(Enumerable.Range(1, 32).Select(i => (byte)i).ToArray());
    private readonly ILogger<KeyAgreement>? log;
    private int image;
    private int stepsUntilCrash = -1;

    public TestNode(string directory, string name, LossyNetwork network, SaeDirectory saes, ILogger<KeyAgreement>? log = null)
    {
        this.network = network;
        this.log = log;
        Name = name;
        Folder = directory;
        Path = System.IO.Path.Combine(directory, name + ".db");
        Options = new KeyDeliveryOptions { Node = name, Directory = saes };
        Open();
    }

    public string Name { get; }

    public string Folder { get; }

    public string Path { get; private set; }

    public KeyDeliveryOptions Options { get; set; }

    public KeyStore Store { get; private set; } = null!;

    public KeyAgreement Agreement { get; private set; } = null!;

    /// <summary>Set when the injected crash has struck; the node is then gone until <see cref="Restart"/>.</summary>
    public bool Crashed { get; private set; }

    /// <summary>Name of the injection point at which the node crashed, if it did.</summary>
    public string? CrashedAt { get; private set; }

    /// <summary>Crashes at the given injection point from now, counted from 0.</summary>
    public void CrashAfter(int steps) => stepsUntilCrash = steps;

    public void AddConfirmed(string peer, BlockId block, ReadOnlySpan<byte> bits)
    {
        Assert.Equal(AddOutcome.Stored, Store.AddPending(peer, block, bits));
        Assert.True(Store.Confirm(peer, block));
    }

    public void Restart()
    {
        network.Detach(Name);
        Agreement.Dispose();
        Store.Dispose();
        if (Crashed)
        {
            Path = ImagePath;
        }
        Crashed = false;
        stepsUntilCrash = -1;
        Open();
    }

    public void Dispose()
    {
        network.Detach(Name);
        Agreement.Dispose();
        Store.Dispose();
        key.Dispose();
    }

    private string ImagePath => System.IO.Path.Combine(Folder, $"{Name}.image{image}.db");

    private void Open()
    {
        Store = KeyStore.Open(Path, Name, key);
        Store.AtStep = AtStep;
        Agreement = new KeyAgreement(Store, network.LinkOf(Name), Options, log: log);
        network.Attach(Name, Agreement);
    }

    // A crash keeps what is in the files at this moment, and nothing of what the process does afterwards.
    private void AtStep(string step)
    {
        if (Crashed)
        {
            throw new CrashException();
        }
        if (stepsUntilCrash-- != 0)
        {
            return;
        }
        Crashed = true;
        CrashedAt = step;
        image++;
        network.Detach(Name);
        File.Copy(Path, ImagePath);
        if (File.Exists(Path + "-wal"))
        {
            File.Copy(Path + "-wal", ImagePath + "-wal");
        }
        throw new CrashException();
    }
}
