using System.Text.Json;
using MdiQkd.Node.Pair;
using MdiQkd.Protocol;
using Microsoft.Data.Sqlite;

namespace MdiQkd.Node.Storage;

/// <summary>
/// Durable state of a node's blocks: open plans, which sessions were ever started, reports. SQLite, WAL, synchronous=FULL:
/// what a method stored survives kill −9 once it returns. Holds no key material.
/// </summary>
internal sealed class NodeStore : IDisposable
{
    private readonly SqliteConnection connection;
    private readonly Lock gate = new();

    /// <summary>Opens or creates the store.</summary>
    /// <exception cref="InvalidOperationException">Damaged, or in use by another process.</exception>
    public NodeStore(string path)
    {
        connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        try
        {
            connection.Open();
            Execute(
                """
                PRAGMA locking_mode = EXCLUSIVE;
                PRAGMA journal_mode = WAL;
                PRAGMA synchronous = FULL;
                CREATE TABLE IF NOT EXISTS blocks (id BLOB PRIMARY KEY, peer TEXT NOT NULL, plan BLOB NOT NULL, distilling INTEGER NOT NULL);
                CREATE TABLE IF NOT EXISTS sessions (id BLOB PRIMARY KEY, block BLOB NOT NULL, complete INTEGER NOT NULL, emitted INTEGER NOT NULL);
                CREATE TABLE IF NOT EXISTS reports (sequence INTEGER PRIMARY KEY AUTOINCREMENT, block BLOB NOT NULL, report TEXT NOT NULL);
                """);
        }
        catch (SqliteException e)
        {
            connection.Dispose();
            throw new InvalidOperationException(
                e.SqliteErrorCode is 5 or 6
                    ? $"{path}: in use by another process; stop that one first"
                    : $"{path}: cannot be opened ({e.Message}); restore it from a copy or remove it, which gives up open blocks",
                e);
        }
    }

    /// <summary>Stores an agreed plan.</summary>
    public void AddBlock(BlockPlan plan, string peer) => Execute(
        "INSERT INTO blocks VALUES ($id, $peer, $plan, 0)",
        ("$id", plan.Id.ToArray()),
        ("$peer", peer),
        ("$plan", plan.Encode()));

    /// <summary>The open block with a peer, if any, and whether its distillation had begun.</summary>
    public (BlockPlan Plan, bool Distilling)? OpenBlock(string peer)
    {
        lock (gate)
        {
            using SqliteCommand command = Command("SELECT plan, distilling FROM blocks WHERE peer = $peer", ("$peer", peer));
            using SqliteDataReader reader = command.ExecuteReader();
            if (!reader.Read())
            {
                return null;
            }

            return BlockPlan.TryDecode((byte[])reader[0], out BlockPlan? plan, out string? fault)
                ? (plan, reader.GetInt64(1) != 0)
                : throw new InvalidOperationException($"stored block plan: {fault}");
        }
    }

    /// <summary>From here on a restart gives the block up: its first tag is about to leave.</summary>
    public void MarkDistilling(BlockId block) =>
        Execute("UPDATE blocks SET distilling = 1 WHERE id = $id", ("$id", block.ToArray()));

    /// <summary>Removes a block; its session ids stay known for ever.</summary>
    public void RemoveBlock(BlockId block) => Execute("DELETE FROM blocks WHERE id = $id", ("$id", block.ToArray()));

    /// <summary>
    /// Records that a session starts. False if it was ever started before: its slots must never be emitted again
    /// (PROTOCOL 2.1).
    /// </summary>
    public bool TryStartSession(BlockId block, SessionId session)
    {
        try
        {
            Execute(
                "INSERT INTO sessions VALUES ($id, $block, 0, 0)", ("$id", session.ToArray()), ("$block", block.ToArray()));
            return true;
        }
        catch (SqliteException e) when (e.SqliteErrorCode == 19)
        {
            return false;
        }
    }

    /// <summary>Whether a session id was ever used by this node.</summary>
    public bool IsKnown(SessionId session)
    {
        lock (gate)
        {
            using SqliteCommand command = Command("SELECT 1 FROM sessions WHERE id = $id", ("$id", session.ToArray()));
            return command.ExecuteScalar() is not null;
        }
    }

    /// <summary>Records that a session has ended, with how many slots.</summary>
    public void EndSession(SessionId session, long emitted) => Execute(
        "UPDATE sessions SET emitted = $emitted WHERE id = $id", ("$id", session.ToArray()), ("$emitted", emitted));

    /// <summary>Records that all batches of an ended session are in the journal.</summary>
    public void CompleteSession(SessionId session) =>
        Execute("UPDATE sessions SET complete = 1 WHERE id = $id", ("$id", session.ToArray()));

    /// <summary>State of a started session: complete, and slots emitted (0 until it has ended); null if it never started.</summary>
    public (bool Complete, long Emitted)? Session(SessionId session)
    {
        lock (gate)
        {
            using SqliteCommand command = Command(
                "SELECT complete, emitted FROM sessions WHERE id = $id", ("$id", session.ToArray()));
            using SqliteDataReader reader = command.ExecuteReader();
            return reader.Read() ? (reader.GetInt64(0) != 0, reader.GetInt64(1)) : null;
        }
    }

    /// <summary>Stores the report of a finished block and removes the block in one transaction.</summary>
    public void Finish(BlockId block, BlockReport report)
    {
        lock (gate)
        {
            using SqliteTransaction transaction = connection.BeginTransaction();
            Execute(
                "INSERT INTO reports (block, report) VALUES ($id, $report)",
                ("$id", block.ToArray()),
                ("$report", JsonSerializer.Serialize(report)));
            RemoveBlock(block);
            transaction.Commit();
        }
    }

    /// <summary>How many blocks with a peer have ended, and the failure probabilities that they add up to.</summary>
    public (long Blocks, double Epsilon) Accumulated(string peer)
    {
        lock (gate)
        {
            using SqliteCommand command = Command(
                "SELECT COUNT(*), TOTAL(json_extract(report, '$.Epsilon')) FROM reports WHERE json_extract(report, '$.Peer') = $peer",
                ("$peer", peer));
            using SqliteDataReader reader = command.ExecuteReader();
            reader.Read();
            return (reader.GetInt64(0), reader.GetDouble(1));
        }
    }

    /// <summary>The newest reports, oldest first.</summary>
    public IReadOnlyList<BlockReport> Reports(int countMax)
    {
        lock (gate)
        {
            using SqliteCommand command = Command(
                "SELECT report FROM (SELECT * FROM reports ORDER BY sequence DESC LIMIT $count) ORDER BY sequence",
                ("$count", countMax));
            using SqliteDataReader reader = command.ExecuteReader();
            List<BlockReport> reports = [];
            while (reader.Read())
            {
                reports.Add(JsonSerializer.Deserialize<BlockReport>(reader.GetString(0))!);
            }

            return reports;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => connection.Dispose();

    /// <summary>Executes statements.</summary>
    internal void Execute(string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        lock (gate)
        {
            using SqliteCommand command = Command(sql, parameters);
            command.ExecuteNonQuery();
        }
    }

    private SqliteCommand Command(string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // every caller passes a literal
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach ((string name, object value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        return command;
    }
}
