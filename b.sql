--
-- PostgreSQL database dump
--

\restrict nVHqDU3M6FRCpttWscmejguaGGKFsCQ445X48OcEtgNyLW35k6wZtOoNkb3VVKJ

-- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)
-- Dumped by pg_dump version 15.18 (Debian 15.18-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: custom_labels_v1; Type: TABLE; Schema: public; Owner: helm
--

CREATE TABLE public.custom_labels_v1 (
    releasekey character varying(64),
    releasenamespace character varying(67),
    key character varying(317),
    value character varying(63)
);


ALTER TABLE public.custom_labels_v1 OWNER TO helm;

--
-- Name: gorp_migrations; Type: TABLE; Schema: public; Owner: helm
--

CREATE TABLE public.gorp_migrations (
    id text NOT NULL,
    applied_at timestamp with time zone
);


ALTER TABLE public.gorp_migrations OWNER TO helm;

--
-- Name: releases_v1; Type: TABLE; Schema: public; Owner: helm
--

CREATE TABLE public.releases_v1 (
    key character varying(90) NOT NULL,
    type character varying(64) NOT NULL,
    body text NOT NULL,
    name character varying(64) NOT NULL,
    namespace character varying(64) NOT NULL,
    version integer NOT NULL,
    status text NOT NULL,
    owner text NOT NULL,
    createdat integer NOT NULL,
    modifiedat integer DEFAULT 0 NOT NULL
);


ALTER TABLE public.releases_v1 OWNER TO helm;

--
-- Name: gorp_migrations gorp_migrations_pkey; Type: CONSTRAINT; Schema: public; Owner: helm
--

ALTER TABLE ONLY public.gorp_migrations
    ADD CONSTRAINT gorp_migrations_pkey PRIMARY KEY (id);


--
-- Name: releases_v1 releases_v1_pkey; Type: CONSTRAINT; Schema: public; Owner: helm
--

ALTER TABLE ONLY public.releases_v1
    ADD CONSTRAINT releases_v1_pkey PRIMARY KEY (key, namespace);


--
-- Name: custom_labels_v1_releasekey_releasenamespace_idx; Type: INDEX; Schema: public; Owner: helm
--

CREATE INDEX custom_labels_v1_releasekey_releasenamespace_idx ON public.custom_labels_v1 USING btree (releasekey, releasenamespace);


--
-- Name: releases_v1_createdat_idx; Type: INDEX; Schema: public; Owner: helm
--

CREATE INDEX releases_v1_createdat_idx ON public.releases_v1 USING btree (createdat);


--
-- Name: releases_v1_key_namespace_idx; Type: INDEX; Schema: public; Owner: helm
--

CREATE INDEX releases_v1_key_namespace_idx ON public.releases_v1 USING btree (key, namespace);


--
-- Name: releases_v1_modifiedat_idx; Type: INDEX; Schema: public; Owner: helm
--

CREATE INDEX releases_v1_modifiedat_idx ON public.releases_v1 USING btree (modifiedat);


--
-- Name: releases_v1_owner_idx; Type: INDEX; Schema: public; Owner: helm
--

CREATE INDEX releases_v1_owner_idx ON public.releases_v1 USING btree (owner);


--
-- Name: releases_v1_status_idx; Type: INDEX; Schema: public; Owner: helm
--

CREATE INDEX releases_v1_status_idx ON public.releases_v1 USING btree (status);


--
-- Name: releases_v1_version_idx; Type: INDEX; Schema: public; Owner: helm
--

CREATE INDEX releases_v1_version_idx ON public.releases_v1 USING btree (version);


--
-- Name: custom_labels_v1; Type: ROW SECURITY; Schema: public; Owner: helm
--

ALTER TABLE public.custom_labels_v1 ENABLE ROW LEVEL SECURITY;

--
-- Name: releases_v1; Type: ROW SECURITY; Schema: public; Owner: helm
--

ALTER TABLE public.releases_v1 ENABLE ROW LEVEL SECURITY;

--
-- Name: TABLE custom_labels_v1; Type: ACL; Schema: public; Owner: helm
--

GRANT ALL ON TABLE public.custom_labels_v1 TO PUBLIC;


--
-- Name: TABLE releases_v1; Type: ACL; Schema: public; Owner: helm
--

GRANT ALL ON TABLE public.releases_v1 TO PUBLIC;


--
-- PostgreSQL database dump complete
--

\unrestrict nVHqDU3M6FRCpttWscmejguaGGKFsCQ445X48OcEtgNyLW35k6wZtOoNkb3VVKJ

