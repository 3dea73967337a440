using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using MdiQkd.KeyDelivery.Agreement;
using MdiQkd.KeyDelivery.Etsi014;
using MdiQkd.KeyDelivery.Storage;

namespace MdiQkd.KeyDelivery.Tests;

public sealed class Etsi014Tests : IAsyncLifetime
{
    private readonly TestAuthority authority = new();
    private readonly CapturedLog log = new();
    private readonly List<IDisposable> owned = [];
    private NodePair pair = null!;
    private KmeHost kmeA = null!;
    private KmeHost kmeB = null!;
    private HttpClient master = null!;
    private HttpClient slave = null!;

    public async ValueTask InitializeAsync()
    {
        pair = new NodePair(log: new TypedLog(log));
        kmeA = await KmeHost.StartAsync(pair.NodeA.Agreement, authority, log);
        kmeB = await KmeHost.StartAsync(pair.NodeB.Agreement, authority, log);
        master = ClientOf(kmeA, "CN=sae-a");
        slave = ClientOf(kmeB, "CN=sae-b");
    }

    public async ValueTask DisposeAsync()
    {
        owned.ForEach(item => item.Dispose());
        await kmeA.DisposeAsync();
        await kmeB.DisposeAsync();
        pair.Dispose();
        authority.Dispose();
    }

    [Fact]
    public async Task Status_tells_what_this_node_can_issue()
    {
        pair.AddConfirmed(1, 5);
        JsonElement status = await Ok(await master.GetAsync("sae-b/status"));
        Assert.Equal("inta-1", status.GetProperty("source_KME_ID").GetString());
        Assert.Equal("sgsics", status.GetProperty("target_KME_ID").GetString());
        Assert.Equal("sae-a", status.GetProperty("master_SAE_ID").GetString());
        Assert.Equal("sae-b", status.GetProperty("slave_SAE_ID").GetString());
        Assert.Equal(256, status.GetProperty("key_size").GetInt32());
        Assert.Equal(3, status.GetProperty("stored_key_count").GetInt32());
        Assert.Equal(1_000_000, status.GetProperty("max_key_count").GetInt32());
        Assert.Equal(128, status.GetProperty("max_key_per_request").GetInt32());
        Assert.Equal(4096, status.GetProperty("max_key_size").GetInt32());
        Assert.Equal(8, status.GetProperty("min_key_size").GetInt32());
        Assert.Equal(0, status.GetProperty("max_SAE_ID_count").GetInt32());
        Assert.Equal(11, status.EnumerateObject().Count());
        Assert.Equal(2, (await Ok(await slave.GetAsync("sae-a/status"))).GetProperty("stored_key_count").GetInt32());
    }

    [Theory]
    [InlineData("GET", "", null, 1, 256)]
    [InlineData("GET", "?number=2&size=128", null, 2, 128)]
    [InlineData("POST", "", null, 1, 256)]
    [InlineData("POST", "", "{}", 1, 256)]
    [InlineData("POST", "", """{"number":3,"size":4096}""", 3, 4096)]
    [InlineData("POST", "?number=3", """{"number":3,"size":8}""", 3, 8)]
    [InlineData("POST", "?size=64", """{"number":2,"unknown":{"a":[1]},"extension_optional":[{"x_y":1}]}""", 2, 64)]
    [InlineData("POST", "", """{"number":null,"additional_slave_SAE_IDs":[],"extension_mandatory":null}""", 1, 256)]
    public async Task Enc_keys_and_dec_keys_yield_equal_keys(string method, string query, string? body, int number, int sizeBits)
    {
        pair.AddConfirmed(1, 200);
        JsonElement container = await Ok(await Send(master, method, "sae-b/enc_keys" + query, body));
        (string Id, byte[] Key)[] keys = KeysOf(container);
        Assert.Equal(number, keys.Length);
        Assert.All(keys, key => Assert.Equal(sizeBits / 8, key.Key.Length));
        Assert.All(keys, key => Assert.Equal(36, key.Id.Length));
        // One by GET, the others by POST, the last of them in capitals and with members that nobody knows.
        (string Id, byte[] Key)[] first = KeysOf(await Ok(await slave.GetAsync("sae-a/dec_keys?key_ID=" + keys[0].Id)));
        Assert.Equal(keys[0].Key, Assert.Single(first).Key);
        if (number > 1)
        {
            string ids = string.Join(',', keys[1..].Select(key =>
                $$"""{"key_ID":"{{key.Id.ToUpperInvariant()}}","key_ID_extension":{"a":1},"x":2}"""));
            (string Id, byte[] Key)[] rest = KeysOf(await Ok(await Send(slave, "POST", "sae-a/dec_keys", $$"""{"key_IDs":[{{ids}}]}""")));
            Assert.Equal(keys[1..].Select(key => key.Key), rest.Select(key => key.Key));
        }
        await Refused(await slave.GetAsync("sae-a/dec_keys?key_ID=" + keys[0].Id), 400, "one or more keys specified are not found on KME");
    }

    [Theory]
    [InlineData("GET", "?size=257", null, "size shall be a multiple of 8")]
    [InlineData("GET", "?size=0", null, "size shall be 8 to 4096")]
    [InlineData("GET", "?size=4104", null, "size shall be 8 to 4096")]
    [InlineData("GET", "?size=-8", null, "size shall be an integer")]
    [InlineData("GET", "?size=256&size=256", null, "size shall be an integer")]
    [InlineData("GET", "?number=0", null, "number shall be 1 to 128")]
    [InlineData("GET", "?number=129", null, "number shall be 1 to 128")]
    [InlineData("GET", "?number=4294967297", null, "number shall be an integer")]
    [InlineData("GET", "?number=", null, "number shall be an integer")]
    [InlineData("GET", "?extension_mandatory=1", null, "query parameter 'extension_mandatory' is not known")]
    [InlineData("POST", "", """{"size":257}""", "size shall be a multiple of 8")]
    [InlineData("POST", "", """{"size":"256"}""", "size shall be an integer")]
    [InlineData("POST", "", """{"number":1.5}""", "number shall be an integer")]
    [InlineData("POST", "", """{"number":2147483648}""", "number shall be an integer")]
    [InlineData("POST", "", """{"number":-1}""", "number shall be 1 to 128")]
    [InlineData("POST", "?number=2", """{"number":3}""", "number in the query contradicts number in the body")]
    [InlineData("POST", "", """{"extension_mandatory":[{"x_route":"y"}]}""", "not all extension_mandatory parameters are supported")]
    [InlineData("POST", "", """{"extension_mandatory":{}}""", "extension_mandatory shall be an array")]
    [InlineData("POST", "", """{"additional_slave_SAE_IDs":["sae-b2"]}""",
        "additional_slave_SAE_IDs is not supported (max_SAE_ID_count is 0)")]
    [InlineData("POST", "", """{"number":1,"number":1}""", "valid JSON without duplicate members")]
    [InlineData("POST", "", """{"number":1""", "valid JSON")]
    [InlineData("POST", "", "[1]", "the request body shall be a JSON object")]
    [InlineData("POST", "", "null", "the request body shall be a JSON object")]
    public async Task Bad_key_requests_are_refused_and_cost_nothing(string method, string query, string? body, string message)
    {
        pair.AddConfirmed(1, 8);
        await Refused(await Send(master, method, "sae-b/enc_keys" + query, body), 400, message);
        Assert.Equal(4, pair.NodeA.Store.IssuableCount(NodePair.B));
    }

    [Theory]
    [InlineData("GET", "", null)]
    [InlineData("GET", "?key_ID=", null)]
    [InlineData("GET", "?key_ID=abc", null)]
    [InlineData("GET", "?key_ID=6f9619ff8b86d011b42d00cf4fc964ff", null)]
    [InlineData("GET", "?key_ID=6f9619ff-8b86-8011-b42d-00cf4fc964ff&key_ID=6f9619ff-8b86-8011-b42d-00cf4fc964fe", null)]
    [InlineData("GET", "?key_ID=6f9619ff-8b86-8011-b42d-00cf4fc964ff&x=1", null)]
    [InlineData("POST", "", "{}")]
    [InlineData("POST", "", """{"key_IDs":[]}""")]
    [InlineData("POST", "", """{"key_IDs":["6f9619ff-8b86-8011-b42d-00cf4fc964ff"]}""")]
    [InlineData("POST", "", """{"key_IDs":[{"key_ID":7}]}""")]
    [InlineData("POST", "", """{"key_IDs":{"key_ID":"6f9619ff-8b86-8011-b42d-00cf4fc964ff"}}""")]
    [InlineData("POST", "", """{"key_IDs":[{"key_ID":"6f9619ff-8b86-8011-b42d-00cf4fc964ff","key_ID":"6f9619ff-8b86-8011-b42d-00cf4fc964ff"}]}""")]
    [InlineData("POST", "?key_ID=6f9619ff-8b86-8011-b42d-00cf4fc964ff", """{"key_IDs":[{"key_ID":"6f9619ff-8b86-8011-b42d-00cf4fc964ff"}]}""")]
    public async Task Bad_key_id_requests_are_refused(string method, string query, string? body) =>
        await Refused(await Send(slave, method, "sae-a/dec_keys" + query, body), 400, "");

    [Fact]
    public async Task A_key_id_named_twice_or_too_many_are_refused_and_take_nothing()
    {
        pair.AddConfirmed(1, 8);
        string id = KeysOf(await Ok(await master.GetAsync("sae-b/enc_keys")))[0].Id;
        await Refused(await Send(slave, "POST", "sae-a/dec_keys", IdsBody(id, id.ToUpperInvariant())), 400, "named twice");
        string[] many = [.. Enumerable.Range(0, 129).Select(_ => Guid.NewGuid().ToString())];
        await Refused(await Send(slave, "POST", "sae-a/dec_keys", IdsBody(many)), 400, "1 to 128");
        await Refused(await Send(slave, "POST", "sae-a/dec_keys", IdsBody(id, many[0])), 400, "not found on KME");
        await Ok(await Send(slave, "POST", "sae-a/dec_keys", IdsBody(id)));
    }

    [Fact]
    public async Task Other_slaves_get_401_and_the_named_one_its_key()
    {
        pair.AddConfirmed(1, 8);
        string id = KeysOf(await Ok(await master.GetAsync("sae-b/enc_keys")))[0].Id;
        string other = KeysOf(await Ok(await master.GetAsync("sae-b2/enc_keys")))[0].Id;
        HttpClient intruder = ClientOf(kmeB, "CN=sae-b2");
        await Refused(await intruder.GetAsync("sae-a/dec_keys?key_ID=" + id), 401, "not the slave");
        await Refused(await Send(intruder, "POST", "sae-a/dec_keys", IdsBody(other, id)), 401, "not the slave");
        await Refused(await slave.GetAsync("sae-a2/dec_keys?key_ID=" + id), 400, "not found on KME");
        await Refused(await slave.GetAsync("nobody/dec_keys?key_ID=" + id), 400, "not found on KME");
        await Refused(await master.GetAsync("sae-b/dec_keys?key_ID=" + id), 400, "not found on KME");
        await Ok(await slave.GetAsync("sae-a/dec_keys?key_ID=" + id));
        await Ok(await intruder.GetAsync("sae-a/dec_keys?key_ID=" + other));
    }

    [Fact]
    public async Task A_second_enc_keys_leaves_the_first_key_to_its_slave()
    {
        pair.AddConfirmed(1, 8);
        (string Id, byte[] Key) first = KeysOf(await Ok(await master.GetAsync("sae-b/enc_keys")))[0];
        (string Id, byte[] Key) second = KeysOf(await Ok(await master.GetAsync("sae-b/enc_keys")))[0];
        Assert.NotEqual(first.Id, second.Id);
        Assert.NotEqual(first.Key, second.Key);
        Assert.Equal(second.Key, KeysOf(await Ok(await slave.GetAsync("sae-a/dec_keys?key_ID=" + second.Id)))[0].Key);
        Assert.Equal(first.Key, KeysOf(await Ok(await slave.GetAsync("sae-a/dec_keys?key_ID=" + first.Id)))[0].Key);
    }

    [Theory]
    [InlineData("CN=sae-b")]
    [InlineData("CN=sae-c")]
    [InlineData("CN=stranger")]
    [InlineData("CN=SAE-A")]
    [InlineData("O=sae-a")]
    [InlineData("CN=sae-a, CN=sae-a2")]
    public async Task A_certificate_that_names_no_sae_of_this_node_gets_401(string subject)
    {
        pair.AddConfirmed(1, 8);
        HttpClient stranger = ClientOf(kmeA, subject);
        await Refused(await stranger.GetAsync("sae-b/enc_keys"), 401, "");
        await Refused(await stranger.GetAsync("sae-b/status"), 401, "");
        await Refused(await stranger.GetAsync("sae-b/dec_keys?key_ID=" + Guid.NewGuid()), 401, "");
        Assert.Equal(4, pair.NodeA.Store.IssuableCount(NodePair.B));
    }

    [Fact]
    public async Task Certificates_that_the_authority_did_not_issue_for_clients_do_not_connect()
    {
        using TestAuthority foreign = new();
        X509Certificate2[] wrong =
        [
            foreign.Issue("CN=sae-a"),
            authority.Issue("CN=sae-a", TestAuthority.ServerUse),
            authority.Issue("CN=sae-a", expiresInHours: -1),
        ];
        foreach (X509Certificate2 certificate in wrong)
        {
            owned.Add(certificate);
            using HttpClient client = kmeA.Client(certificate);
            await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync("sae-b/status"));
        }
        using HttpClient none = kmeA.Client(null);
        await Assert.ThrowsAsync<HttpRequestException>(() => none.GetAsync("sae-b/status"));
    }

    [Fact]
    public async Task Without_a_certificate_the_endpoints_themselves_answer_401()
    {
        await using KmeHost open = await KmeHost.StartAsync(pair.NodeA.Agreement, authority, demandCertificate: false);
        using HttpClient client = open.Client(null);
        await Refused(await client.GetAsync("sae-b/status"), 401, "");
        await Refused(await client.GetAsync("sae-b/enc_keys"), 401, "");
    }

    [Fact]
    public async Task A_pinned_certificate_is_the_only_one_of_its_sae()
    {
        X509Certificate2 pinned = authority.Issue("CN=sae-a");
        owned.Add(pinned);
        string hash = pinned.GetCertHashString(System.Security.Cryptography.HashAlgorithmName.SHA256).ToLowerInvariant();
        KeyDeliveryOptions options = pair.NodeA.Options with
        {
            Directory = new SaeDirectory([new SaeEntry("sae-a", NodePair.A, hash), new SaeEntry("sae-b", NodePair.B)]),
        };
        using KeyAgreement agreement = new(pair.NodeA.Store, pair.Network.LinkOf(NodePair.A), options);
        await using KmeHost host = await KmeHost.StartAsync(agreement, authority);
        using HttpClient good = host.Client(pinned);
        await Ok(await good.GetAsync("sae-b/status"));
        await Refused(await ClientOf(host, "CN=sae-a").GetAsync("sae-b/status"), 401, "");
    }

    [Fact]
    public async Task Ids_that_need_url_encoding_work()
    {
        const string Uri = "https://sae.example/a b?%2F#ü";
        KeyDeliveryOptions options = pair.NodeA.Options with
        {
            Directory = new SaeDirectory([new SaeEntry("sae-a", NodePair.A), new SaeEntry(Uri, NodePair.B)]),
        };
        using KeyAgreement agreement = new(pair.NodeA.Store, pair.Network.LinkOf(NodePair.A), options);
        await using KmeHost host = await KmeHost.StartAsync(agreement, authority);
        HttpClient client = ClientOf(host, "CN=sae-a");
        JsonElement status = await Ok(await client.GetAsync(System.Uri.EscapeDataString(Uri) + "/status"));
        Assert.Equal(Uri, status.GetProperty("slave_SAE_ID").GetString());
    }

    [Fact]
    public void The_identity_can_come_from_the_alternative_name()
    {
        using X509Certificate2 certificate = authority.Issue("CN=x", names: names =>
        {
            names.AddUri(new Uri("urn:sae:1"));
            names.AddDnsName("sae.example");
            names.AddIpAddress(IPAddress.Loopback);
        });
        Assert.True(SaeCertificate.TryReadId(certificate, SaeIdentitySource.SubjectAlternativeUri, out string? uri));
        Assert.Equal("urn:sae:1", uri);
        Assert.True(SaeCertificate.TryReadId(certificate, SaeIdentitySource.SubjectAlternativeDns, out string? dns));
        Assert.Equal("sae.example", dns);
        Assert.True(SaeCertificate.TryReadId(certificate, SaeIdentitySource.SubjectCommonName, out string? name));
        Assert.Equal("x", name);
        using X509Certificate2 several = authority.Issue("CN=x", names: names =>
        {
            names.AddDnsName("sae.example");
            names.AddDnsName("sae2.example");
        });
        Assert.False(SaeCertificate.TryReadId(several, SaeIdentitySource.SubjectAlternativeDns, out _));
        Assert.False(SaeCertificate.TryReadId(several, SaeIdentitySource.SubjectAlternativeUri, out _));
    }

    [Theory]
    [InlineData("HEAD", "sae-b/enc_keys", 405)]
    [InlineData("DELETE", "sae-b/enc_keys", 405)]
    [InlineData("PUT", "sae-b/dec_keys", 405)]
    [InlineData("POST", "sae-b/status", 405)]
    [InlineData("OPTIONS", "sae-b/status", 405)]
    [InlineData("GET", "sae-b/keys", 404)]
    [InlineData("GET", "sae-b", 404)]
    [InlineData("GET", "sae-b/enc_keys/more", 404)]
    [InlineData("GET", "/", 404)]
    [InlineData("GET", "/api/v2/keys/sae-b/status", 404)]
    [InlineData("GET", "/index.html", 404)]
    [InlineData("GET", "sae-a2/enc_keys", 400)]
    [InlineData("GET", "nobody/status", 400)]
    public async Task Wrong_places_and_methods_get_a_json_error_and_cost_nothing(string method, string path, int status)
    {
        pair.AddConfirmed(1, 8);
        HttpResponseMessage response = await Send(master, method, path, method is "POST" or "PUT" ? "{}" : null);
        if (method == "HEAD")
        {
            Assert.Equal(status, (int)response.StatusCode);
            Assert.Empty(await response.Content.ReadAsByteArrayAsync());
        }
        else
        {
            await Refused(response, status, "");
        }
        if (status == 405)
        {
            Assert.NotEmpty(response.Content.Headers.Allow);
        }
        Assert.Equal(4, pair.NodeA.Store.IssuableCount(NodePair.B));
    }

    [Theory]
    [InlineData("text/plain", 415)]
    [InlineData("application/x-www-form-urlencoded", 415)]
    [InlineData("application/json; charset=utf-16", 415)]
    [InlineData(null, 415)]
    [InlineData("application/json", 200)]
    [InlineData("Application/JSON; charset=\"UTF-8\"", 200)]
    public async Task Only_json_in_utf8_is_read(string? contentType, int status)
    {
        pair.AddConfirmed(1, 8);
        using ByteArrayContent content = new(Encoding.UTF8.GetBytes("{}"));
        content.Headers.ContentType = contentType is null ? null : MediaTypeHeaderValue.Parse(contentType);
        HttpResponseMessage response = await master.PostAsync("sae-b/enc_keys", content);
        Assert.Equal(status, (int)response.StatusCode);
        if (status != 200)
        {
            await Refused(response, status, "");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_large_body_gets_413(bool chunked)
    {
        string body = "{\"x\":\"" + new string('a', 70_000) + "\"}";
        using HttpRequestMessage request = new(HttpMethod.Post, "sae-b/enc_keys") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.TransferEncodingChunked = chunked;
        await Refused(await master.SendAsync(request), 413, "larger than");
    }

    [Fact]
    public async Task Shortage_and_an_absent_peer_get_503()
    {
        await Refused(await master.GetAsync("sae-b/enc_keys"), 503, "not enough keys");
        pair.AddConfirmed(1, 8);
        pair.Network.LoseReply = 1;
        await Refused(await master.GetAsync("sae-b/enc_keys"), 503, "does not answer");
        pair.Network.Heal();
        string id = KeysOf(await Ok(await master.GetAsync("sae-b/enc_keys")))[0].Id;
        Assert.Equal(KeyId.Derive(NodePair.Block(1), 2).ToString(), id);
        pair.NodeB.Store.Discard(NodePair.A, NodePair.Block(1));
        await Refused(await master.GetAsync("sae-b/enc_keys"), 503, "does not hold");
    }

    [Fact]
    public async Task A_closed_store_is_an_error_with_a_body()
    {
        pair.NodeA.Store.Dispose();
        await Refused(await master.GetAsync("sae-b/status"), 500, "internal error");
    }

    [Fact]
    public async Task Http_1_1_works()
    {
        pair.AddConfirmed(1, 2);
        using HttpRequestMessage request = new(HttpMethod.Get, "sae-b/enc_keys") { Version = HttpVersion.Version11 };
        HttpResponseMessage response = await master.SendAsync(request);
        Assert.Equal(HttpVersion.Version11, response.Version);
        await Ok(response);
    }

    [Fact]
    public async Task No_key_reaches_the_log()
    {
        pair.AddConfirmed(1, 64);
        List<byte[]> keys = [];
        for (int i = 0; i < 10; i++)
        {
            (string id, byte[] key) = KeysOf(await Ok(await master.GetAsync("sae-b/enc_keys")))[0];
            keys.Add(key);
            await Ok(await slave.GetAsync("sae-a/dec_keys?key_ID=" + id));
            await slave.GetAsync("sae-a/dec_keys?key_ID=" + id);
        }
        string all = string.Join('\n', log.Lines);
        Assert.Contains("enc_keys", all, StringComparison.Ordinal);
        foreach (byte[] key in keys)
        {
            Assert.DoesNotContain(Convert.ToBase64String(key), all, StringComparison.Ordinal);
            Assert.DoesNotContain(Convert.ToHexString(key)[..16], all, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(BitConverter.ToString(key)[..16], all, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task Two_nodes_asking_each_other_at_once_both_succeed()
    {
        pair.AddConfirmed(1, 200);
        HttpResponseMessage[] responses = await Task.WhenAll(Enumerable.Range(0, 40).Select(i =>
            i % 2 == 0 ? master.GetAsync("sae-b/enc_keys?number=2") : slave.GetAsync("sae-a/enc_keys?number=2")));
        HashSet<string> ids = [];
        foreach (HttpResponseMessage response in responses)
        {
            foreach ((string id, _) in KeysOf(await Ok(response)))
            {
                Assert.True(ids.Add(id));
            }
        }
        Assert.Equal(80, ids.Count);
    }

    private static string IdsBody(params string[] ids) =>
        $$"""{"key_IDs":[{{string.Join(',', ids.Select(id => $$"""{"key_ID":"{{id}}"}"""))}}]}""";

    private static async Task<HttpResponseMessage> Send(HttpClient client, string method, string path, string? body)
    {
        using HttpRequestMessage request = new(new HttpMethod(method), path);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        return await client.SendAsync(request);
    }

    private static async Task<JsonElement> Ok(HttpResponseMessage response)
    {
        string body = await Checked(response);
        Assert.True(response.StatusCode == HttpStatusCode.OK, response.StatusCode + ": " + (response.IsSuccessStatusCode ? "" : body));
        return JsonDocument.Parse(body, new JsonDocumentOptions { AllowDuplicateProperties = false }).RootElement;
    }

    private static async Task Refused(HttpResponseMessage response, int status, string message)
    {
        string body = await Checked(response);
        Assert.Equal(status, (int)response.StatusCode);
        string? text = JsonDocument.Parse(body).RootElement.GetProperty("message").GetString();
        Assert.Contains(message, text, StringComparison.Ordinal);
    }

    private static async Task<string> Checked(HttpResponseMessage response)
    {
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        Assert.True(response.Headers.CacheControl?.NoStore);
        return await response.Content.ReadAsStringAsync();
    }

    // As a strict client reads a container: ids of 36 characters, padded base64, nothing twice.
    private static (string Id, byte[] Key)[] KeysOf(JsonElement container) =>
    [
        .. container.GetProperty("keys").EnumerateArray().Select(key =>
        {
            string id = key.GetProperty("key_ID").GetString()!;
            Assert.Equal(id, Guid.ParseExact(id, "D").ToString("D", CultureInfo.InvariantCulture));
            string text = key.GetProperty("key").GetString()!;
            Assert.Equal(0, text.Length % 4);
            return (id, Convert.FromBase64String(text));
        }),
    ];

    private HttpClient ClientOf(KmeHost host, string subject)
    {
        X509Certificate2 certificate = authority.Issue(subject);
        HttpClient client = host.Client(certificate);
        owned.Add(client);
        owned.Add(certificate);
        return client;
    }
}
